package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StreamNumberingTest {
  private final StreamNumbering numbering = new StreamNumbering();

  private long out(int layer, long source) {
    int entry = numbering.ofSource(layer, source);
    return entry < 0 ? -1 : numbering.out(entry, source);
  }

  private String original(long out) {
    int entry = numbering.ofOut(out);
    return entry < 0 ? "forgotten" : numbering.layer(entry) + " " + numbering.source(entry, out);
  }

  @Test
  void aChangeOfLayerGoesOnWithTheNextNumber() {
    // given: layer 0 up to its packet 105, then layer 2 from its packet 9000
    numbering.begin(0, 100, 10, 0, 0, 0);
    numbering.begin(2, 9000, 16, 0, 0, 0);

    // then
    assertThat(out(0, 100)).isEqualTo(10);
    assertThat(out(0, 104)).as("recovered late, it still fits").isEqualTo(14);
    assertThat(out(0, 106)).as("after the change").isEqualTo(-1);
    assertThat(out(2, 9000)).isEqualTo(16);
    assertThat(out(1, 5)).isEqualTo(-1);
    assertThat(original(15)).isEqualTo("0 105");
    assertThat(original(17)).isEqualTo("2 9001");
    assertThat(original(9)).isEqualTo("forgotten");
  }

  @Test
  void whatIsLeftOutLeavesNoGap() {
    // given: of 100 to 109, the packets 103, 104 and 107 are left out; 105 was lost on the way
    numbering.begin(0, 100, 10, 7, 0, 0);
    numbering.leaveOut(103, true);
    numbering.leaveOut(104, false);
    numbering.leaveOut(107, true);

    // then
    assertThat(out(0, 102)).isEqualTo(12);
    assertThat(out(0, 103)).isEqualTo(-1);
    assertThat(out(0, 104)).isEqualTo(-1);
    assertThat(out(0, 105)).as("its place is kept").isEqualTo(13);
    assertThat(out(0, 106)).isEqualTo(14);
    assertThat(out(0, 107)).isEqualTo(-1);
    assertThat(out(0, 108)).isEqualTo(15);
    assertThat(original(13)).isEqualTo("0 105");
    assertThat(original(15)).isEqualTo("0 108");
    assertThat(numbering.pictureOffset(numbering.ofSource(0, 102))).isZero();
    assertThat(numbering.pictureOffset(numbering.ofSource(0, 105))).isEqualTo(-1);
    assertThat(numbering.pictureOffset(numbering.ofSource(0, 108))).isEqualTo(-2);
    assertThat(numbering.timestampOffset(numbering.ofSource(0, 108))).isEqualTo(7);
  }

  @Test
  void picturesOfThePastAreCloseTogetherAndNeverTheSame() {
    // given: twenty-five pictures of a second, and as many that a film repeats two ticks apart
    for (int apart : new int[] {3_600, 2}) {
      int last = 24 * apart;
      numbering.clear();
      numbering.begin(0, 100, 10, 0, 0, 0);
      numbering.past(124, last, StreamNumbering.shortening(last));

      // when
      int entry = numbering.ofSource(0, 100);
      Set<Integer> timestamps = new TreeSet<>();
      for (int i = 0; i < 25; i++) {
        timestamps.add(numbering.timestamp(entry, 100 + i, i * apart));
      }

      // then
      assertThat(timestamps).hasSize(25).contains(last);
      assertThat(timestamps).allMatch(timestamp -> last - timestamp < 400);
      assertThat(numbering.timestamp(entry, 125, last + 3_600)).isEqualTo(last + 3_600);
    }
  }

  @Test
  void numbersGoThroughWrapAroundsForHours() {
    // given: every third packet is left out, far beyond sixteen bits
    numbering.begin(0, 65_000, 100, 0, 0, 0);
    long expected = 100;
    for (long source = 65_000; source < 65_000 + 200_000; source++) {
      if (source % 3 == 0) {
        numbering.leaveOut(source, true);
      } else {
        assertThat(out(0, source)).isEqualTo(expected);
        assertThat(original(expected)).isEqualTo("0 " + source);
        expected++;
      }
    }
  }
}

package io.castmesh.medianode.kurento.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyCacheTest {
  private static final String SESSION = "session";
  private static final int LIFETIME = 20_000;
  private static final int MEGABYTES = 1 << 20;

  private final AtomicLong clock = new AtomicLong();
  private final ReplyCache cache = new ReplyCache(LIFETIME, 2_000, 8 * MEGABYTES, clock::get);

  private static JsonObject reply(int id, int length) {
    return new JsonObject().put("id", id).put("result", "x".repeat(length));
  }

  /** How many of the replies to these requests are there. */
  private long kept(int requests) {
    return IntStream.range(0, requests).filter(this::isKept).count();
  }

  private boolean isKept(int request) {
    return cache.find(SESSION, Integer.toString(request)).isPresent();
  }

  @Test
  void aReplyIsRepeatedAsItWasForItsTime() {
    // given
    cache.keep(SESSION, "1", reply(1, 10));
    cache.keep(SESSION, "1", reply(1, 20));
    // when
    clock.addAndGet(LIFETIME - 1);
    // then
    assertThat(cache.find(SESSION, "1")).contains(reply(1, 10));
    assertThat(cache.find("another", "1")).isEmpty();
    // when
    clock.addAndGet(1);
    // then
    assertThat(isKept(1)).isFalse();
  }

  @Test
  void theOldestGoForFurtherOnes() {
    // when
    for (int i = 0; i < 3_000; i++) {
      cache.keep(SESSION, Integer.toString(i), reply(i, 10));
    }
    // then
    assertThat(kept(3_000)).isEqualTo(2_000);
    assertThat(isKept(2_999)).isTrue();
    assertThat(isKept(999)).isFalse();
  }

  @Test
  void longRepliesAreFewer() {
    // when
    for (int i = 0; i < 1_000; i++) {
      cache.keep(SESSION, Integer.toString(i), reply(i, 100_000));
    }
    // then
    assertThat(kept(1_000)).isBetween(80L, 83L);
    assertThat(isKept(999)).isTrue();
  }

  @Test
  void oneThatIsTooLongCostsNoOther() {
    // given
    cache.keep(SESSION, "1", reply(1, 10));
    // when
    cache.keep(SESSION, "2", reply(2, 9 * MEGABYTES));
    // then
    assertThat(isKept(1)).isTrue();
    assertThat(isKept(2)).isFalse();
  }

  @Test
  void whatIsOverMakesRoom() {
    // given
    for (int i = 0; i < 80; i++) {
      cache.keep(SESSION, Integer.toString(i), reply(i, 100_000));
    }
    clock.addAndGet(LIFETIME);
    // when
    for (int i = 80; i < 160; i++) {
      cache.keep(SESSION, Integer.toString(i), reply(i, 100_000));
    }
    // then
    assertThat(kept(160)).isEqualTo(80);
  }
}

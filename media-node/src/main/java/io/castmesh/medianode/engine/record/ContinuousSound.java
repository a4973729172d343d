package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.OpusPacket;
import java.io.IOException;

/**
 * Makes one unbroken track of the sound. Browsers play its packets one behind the other and look at
 * the time of the first one only: what got lost, a microphone that was off for a while, or a clock
 * that runs slow would let all that follows run ahead of the picture. So what is missing is filled,
 * and what is too much is left out; sound that stays late is kept, as late as it is. Belongs to the
 * writer.
 */
final class ContinuousSound {
  /** Where frames go, in order. */
  interface Output {
    void write(MediaFrame frame) throws IOException;
  }

  /** A second of it, one behind the other: its clock is not that of the picture. */
  private static final int TOO_MANY_LEFT_OUT = 50;

  private final Output output;

  /** When the sound so far ends, in samples. */
  private long end;

  /** What stands for a packet that is missing now; null before the first packet. */
  private byte[] missing;

  private int leftOut;

  /** How much later than its time the sound is written, in samples. */
  private long shift;

  ContinuousSound(Output output) {
    this.output = output;
  }

  /** Passes a frame on, behind what is missing before it. Frames come in the order of time. */
  void add(MediaFrame frame) throws IOException {
    long at = frame.timeMillis() * OpusPacket.SAMPLES_PER_MILLI;
    if (frame.kind() == MediaKind.VIDEO) {
      if (missing != null) {
        // The next sound is not older: what lacks until here is missing.
        fill(at, missing, OpusPacket.samples(missing));
      }
      output.write(frame);
      return;
    }
    if (OpusPacket.samples(frame.data()) == 0) {
      return;
    }
    if (missing == null) {
      end = at;
    }
    byte[] before = missing;
    missing = OpusPacket.missing(frame.data()[0]);
    if (before == null || isNext(at, before)) {
      leftOut = 0;
      write(frame.data());
    }
  }

  /** Fills what is missing before it; false when the sound is there already. */
  private boolean isNext(long at, byte[] before) throws IOException {
    long gap = at + shift - end;
    if (gap >= tolerance(before)) {
      shift -= Math.min(shift, gap); // it is less late than it was
    }
    fill(at + shift, before, tolerance(before));
    if (end - at - shift <= tolerance(before)) {
      return true;
    }
    if (shift == 0 && ++leftOut < TOO_MANY_LEFT_OUT) {
      return false;
    }
    shift = end - at;
    return true;
  }

  /** More than half of what can be filled in: what was put right is not wrong the other way. */
  private static long tolerance(byte[] missing) {
    return OpusPacket.samples(missing) * 3L / 5;
  }

  private void fill(long until, byte[] with, long leastGap) throws IOException {
    while (until - end >= leastGap) {
      write(with);
    }
  }

  private void write(byte[] packet) throws IOException {
    long millis = end / OpusPacket.SAMPLES_PER_MILLI;
    output.write(new MediaFrame(MediaCodec.OPUS, millis, true, packet));
    end += OpusPacket.samples(packet);
  }
}

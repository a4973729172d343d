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
 * and what is too much is left out. Belongs to the writer.
 */
final class ContinuousSound {
  /** Where frames go, in order. */
  interface Output {
    void write(MediaFrame frame) throws IOException;
  }

  private final Output output;

  /** When the sound so far ends, in samples. */
  private long end;

  /** What stands for a packet that is missing now; null before the first packet. */
  private byte[] missing;

  ContinuousSound(Output output) {
    this.output = output;
  }

  /** Passes a frame on, behind what is missing before it. Frames come in the order of time. */
  void add(MediaFrame frame) throws IOException {
    long at = frame.timeMillis() * OpusPacket.SAMPLES_PER_MILLI;
    if (frame.kind() == MediaKind.VIDEO) {
      // The next sound is not older: what lacks until here is missing.
      fill(at, missing == null ? 0 : OpusPacket.samples(missing));
      output.write(frame);
      return;
    }
    if (OpusPacket.samples(frame.data()) == 0) {
      return;
    }
    if (missing == null) {
      end = at;
    } else {
      fill(at, tolerance());
    }
    boolean tooMuch = missing != null && end - at > tolerance();
    missing = OpusPacket.missing(frame.data()[0]);
    if (!tooMuch) {
      write(frame.data());
    }
  }

  /** More than half of what can be filled in: what was put right is not wrong the other way. */
  private long tolerance() {
    return OpusPacket.samples(missing) * 3L / 5;
  }

  private void fill(long until, long leastGap) throws IOException {
    while (missing != null && until - end >= leastGap) {
      write(missing);
    }
  }

  private void write(byte[] packet) throws IOException {
    long millis = end / OpusPacket.SAMPLES_PER_MILLI;
    output.write(new MediaFrame(MediaCodec.OPUS, millis, true, packet));
    end += OpusPacket.samples(packet);
  }
}

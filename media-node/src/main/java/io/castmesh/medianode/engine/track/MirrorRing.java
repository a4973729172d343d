package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.codec.MediaCodec;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packets on their way from one loop to another: bounded, used again and again, written by one
 * thread and read by one other. When it is full, packets are lost as on any network.
 */
final class MirrorRing {
  /** Some keyframes, or seconds of a steady stream: a power of two. */
  static final int SIZE = 512;

  /** One packet, or the news that the source starts anew. */
  static final class Slot {
    final MediaPacket packet = new MediaPacket();
    boolean restart;

    /** With a restart: what went by before, to be kept and not to be passed on. */
    List<Slot> past = List.of();

    int layers;

    /** With a restart: what the source sends now, if that is known, and of which kind it is. */
    MediaCodec codec;

    boolean lasting;

    boolean clockKnown;
    int clockTimestamp;
    long clockMicros;
  }

  private final Slot[] slots = new Slot[SIZE];
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong read = new AtomicLong();

  /** The next slot to fill; null when all are taken. By the writer. */
  Slot free() {
    long at = written.getPlain();
    if (at - read.get() == SIZE) {
      return null;
    }
    int index = (int) at & (SIZE - 1);
    if (slots[index] == null) {
      slots[index] = new Slot();
    }
    return slots[index];
  }

  /** The slot from {@link #free} is filled. */
  void publish() {
    written.setRelease(written.getPlain() + 1);
  }

  /** The oldest slot that is filled; null when there is none. By the reader. */
  Slot next() {
    long at = read.getPlain();
    return at == written.getAcquire() ? null : slots[(int) at & (SIZE - 1)];
  }

  /** The slot from {@link #next} may be used again. */
  void release() {
    read.setRelease(read.getPlain() + 1);
  }
}

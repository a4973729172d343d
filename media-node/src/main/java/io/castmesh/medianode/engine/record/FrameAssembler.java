package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.track.MediaPacket;
import java.util.concurrent.TimeUnit;

/**
 * Puts frames together from packets in any order. Waits a bounded time for packets that are being
 * retransmitted; after that the picture is broken and everything up to the next keyframe is
 * skipped. Owned by the loop; time is in nanoseconds and passed in.
 */
final class FrameAssembler {
  /** Two to three retransmissions over a slow line. */
  static final long MAX_WAIT = TimeUnit.MILLISECONDS.toNanos(800);

  /** Packets that can wait: some seconds of video. A power of two. */
  private static final int WINDOW = 1024;

  /** Called for every complete frame, in decoding order. */
  interface Output {
    void onFrame(byte[] frame, boolean keyFrame, int timestamp, long arrivedAt);

    /** The picture is broken until the next keyframe. */
    void onKeyFrameNeeded();
  }

  private static final class Slot {
    long sequence = -1;
    byte[] payload = new byte[0];
    int length;
    int timestamp;
    boolean marker;
    boolean startsFrame;
    boolean keyFrameStart;
    long arrivedAt;
  }

  private final Output output;
  private Depacketizer codec;
  private final Slot[] slots = new Slot[WINDOW];
  private final Frame frame = new Frame();

  /** The next packet to use. */
  private long next = -1;

  private long highest = -1;
  private boolean broken = true;

  FrameAssembler(Output output, Depacketizer codec) {
    this.output = output;
    this.codec = codec;
  }

  /** What comes from now on; begins anew. */
  void codec(Depacketizer newCodec) {
    codec = newCodec;
    reset();
  }

  /** Begins anew with the next keyframe: the source changed, or a pause ended. */
  void reset() {
    for (Slot slot : slots) {
      if (slot != null) {
        slot.sequence = -1;
      }
    }
    next = -1;
    highest = -1;
    broken = true;
  }

  void onPacket(MediaPacket packet, long now) {
    long sequence = packet.sequence();
    boolean useless = (next >= 0 && sequence < next) || sequence <= highest - WINDOW;
    if (useless) {
      return;
    }
    if (!broken && sequence - next >= WINDOW) {
      giveUp();
    }
    store(packet);
    highest = Math.max(highest, sequence);
    if (broken && packet.keyFrameStart()) {
      next = sequence;
      broken = false;
    }
    assemble();
    tick(now);
  }

  private void store(MediaPacket packet) {
    int at = (int) packet.sequence() & (WINDOW - 1);
    Slot slot = slots[at];
    if (slot == null) {
      slot = new Slot();
      slots[at] = slot;
    }
    int length = packet.length();
    if (slot.payload.length < length) {
      slot.payload = new byte[MediaPacket.MAX_PAYLOAD];
    }
    System.arraycopy(packet.payload(), 0, slot.payload, 0, length);
    slot.sequence = packet.sequence();
    slot.length = length;
    slot.timestamp = packet.timestamp();
    slot.marker = packet.marker();
    slot.startsFrame = codec.startsFrame(slot.payload, length);
    slot.keyFrameStart = packet.keyFrameStart();
    slot.arrivedAt = packet.arrivedAt();
  }

  private Slot slot(long sequence) {
    Slot slot = slots[(int) sequence & (WINDOW - 1)];
    return slot != null && slot.sequence == sequence ? slot : null;
  }

  /** Takes out every frame that is complete. */
  private void assemble() {
    while (!broken) {
      Slot first = slot(next);
      if (first == null) {
        return;
      }
      if (first.length == 0) {
        next++; // padding between frames
        continue;
      }
      if (!first.startsFrame) {
        giveUp();
        return;
      }
      long end = endOfFrame(first);
      if (end < 0) {
        return;
      }
      emit(end);
      next = end + 1;
    }
  }

  /** The last packet of the frame that begins at {@link #next}; -1 while it is incomplete. */
  private long endOfFrame(Slot first) {
    for (long sequence = next; sequence <= highest; sequence++) {
      Slot slot = slot(sequence);
      if (slot == null) {
        return -1;
      }
      if (slot.length == 0) {
        continue; // padding
      }
      if (slot.timestamp != first.timestamp) {
        return sequence - 1; // the marker was forgotten
      }
      if (slot.marker) {
        return sequence;
      }
    }
    return -1;
  }

  private void emit(long end) {
    Slot first = slot(next);
    frame.count = (int) (end - next + 1);
    boolean keyFrame = false;
    for (int i = 0; i < frame.count; i++) {
      keyFrame |= slot(next + i).keyFrameStart;
    }
    byte[] data = codec.frame(frame);
    if (data != null) {
      output.onFrame(data, keyFrame, first.timestamp, first.arrivedAt);
    }
  }

  /** The packets from {@link #next} on. */
  private final class Frame implements Depacketizer.Packets {
    private int count;

    @Override
    public int count() {
      return count;
    }

    @Override
    public byte[] payload(int index) {
      return slot(next + index).payload;
    }

    @Override
    public int length(int index) {
      return slot(next + index).length;
    }
  }

  /** Stops waiting for a packet that does not come. */
  void tick(long now) {
    if (broken || highest < next) {
      return;
    }
    // The oldest packet behind the gap tells how long the gap has been known.
    for (long sequence = next; sequence <= highest; sequence++) {
      Slot slot = slot(sequence);
      if (slot != null) {
        if (now - slot.arrivedAt > MAX_WAIT) {
          giveUp();
        }
        return;
      }
    }
  }

  /** Goes on with a keyframe that is there already, or waits for the next one. */
  private void giveUp() {
    for (long sequence = next + 1; sequence <= highest; sequence++) {
      Slot slot = slot(sequence);
      if (slot != null && slot.keyFrameStart) {
        next = sequence;
        assemble();
        return;
      }
    }
    broken = true;
    next = highest + 1;
    output.onKeyFrameNeeded();
  }
}

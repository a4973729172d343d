package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.concurrent.TimeUnit;

/**
 * The latest packets of one source: what NACKs of all its sinks are answered from, and how
 * duplicates are recognised. Bounded in packets, and so in bytes; slots are used again.
 */
public final class PacketHistory {
  /** A retransmission that comes later than this is of no use to anybody. */
  private static final long MAX_AGE = TimeUnit.SECONDS.toNanos(3);

  /** What is missing longer than that will not come any more. */
  private static final long REPAIRED_WITHIN = TimeUnit.MILLISECONDS.toNanos(300);

  private final MediaPacket[] slots;
  private final int layer;
  private final long maxAge;
  private long highest = -1;

  /** The newest packet that begins a keyframe; -1 before the first one. */
  private long keyFrame = -1;

  /**
   * @param size in packets, a power of two
   */
  public PacketHistory(int size) {
    this(size, 0);
  }

  /**
   * @param layer of all packets in it, see {@link MediaPacket#layer}
   */
  public PacketHistory(int size, int layer) {
    this(size, layer, MAX_AGE);
  }

  /** One whose packets stay until others need their place, however long nothing comes. */
  public static PacketHistory ageless(int size) {
    return new PacketHistory(size, 0, Long.MAX_VALUE);
  }

  private PacketHistory(int size, int layer, long maxAge) {
    this.layer = layer;
    this.maxAge = maxAge;
    if (Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("a history's size is a power of two");
    }
    slots = new MediaPacket[size];
  }

  /** In packets. */
  public int size() {
    return slots.length;
  }

  private int slot(long sequence) {
    return (int) sequence & (slots.length - 1);
  }

  /** Whether the packet would be stored: not there yet and not too old. */
  public boolean isNew(long sequence) {
    if (highest >= 0 && sequence <= highest - slots.length) {
      return false;
    }
    MediaPacket slot = slots[slot(sequence)];
    return slot == null || slot.sequence() != sequence;
  }

  /** Copies a packet in; valid until as many packets as the history holds have followed. */
  public MediaPacket store(
      MediaFormat format,
      long sequence,
      int timestamp,
      boolean marker,
      boolean keyFrameStart,
      byte[] data,
      int offset,
      int length,
      long now) {
    int at = slot(sequence);
    MediaPacket packet = slots[at];
    if (packet == null) {
      packet = new MediaPacket();
      slots[at] = packet;
    }
    packet.set(
        layer, format, sequence, timestamp, marker, keyFrameStart, data, offset, length, now);
    highest = Math.max(highest, sequence);
    if (keyFrameStart) {
      keyFrame = Math.max(keyFrame, sequence);
    }
    return packet;
  }

  /** The same from another packet. */
  MediaPacket store(MediaPacket packet) {
    return store(
        packet.format(),
        packet.sequence(),
        packet.timestamp(),
        packet.marker(),
        packet.keyFrameStart(),
        packet.payload(),
        0,
        packet.length(),
        packet.arrivedAt());
  }

  /** The packet, or null when it never came or is too old. */
  public MediaPacket find(long sequence, long now) {
    MediaPacket packet = slots[slot(sequence)];
    boolean there =
        packet != null && packet.sequence() == sequence && now - packet.arrivedAt() <= maxAge;
    return there ? packet : null;
  }

  /** Forgets everything: the source starts anew. */
  public void clear() {
    for (MediaPacket packet : slots) {
      if (packet != null) {
        packet.clear();
      }
    }
    highest = -1;
    keyFrame = -1;
  }

  /** Nobody can join before the next keyframe: what follows has nothing to do with what was. */
  public void forgetKeyFrame() {
    keyFrame = -1;
  }

  /** The newest packet; -1 before the first one. */
  public long newest() {
    return highest;
  }

  /**
   * Where somebody who joins now can begin: the first packet of the last keyframe.
   *
   * @return -1 when there is none, when more has come since then than the limits allow, or when
   *     something of it is missing for good
   */
  public long joinAt(JoinLimits limits, long now) {
    if (keyFrame < 0 || highest - keyFrame >= Math.min(limits.packets(), slots.length)) {
      return -1;
    }
    MediaPacket first = slots[slot(keyFrame)];
    if (first.sequence() != keyFrame || now - first.arrivedAt() >= limits.age()) {
      return -1;
    }
    int bytes = 0;
    boolean gap = false;
    for (long sequence = keyFrame; sequence <= highest; sequence++) {
      MediaPacket packet = slots[slot(sequence)];
      if (packet == null || packet.sequence() != sequence) {
        gap = true;
        continue;
      }
      boolean lost = gap && now - packet.arrivedAt() > REPAIRED_WITHIN;
      bytes += packet.length();
      if (lost || bytes > limits.bytes() || packet.format() != first.format()) {
        return -1;
      }
    }
    return keyFrame;
  }
}

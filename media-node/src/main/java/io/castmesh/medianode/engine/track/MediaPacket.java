package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.Arrays;

/**
 * The payload of one RTP packet in clear with what a sink needs of its header. Lives in a {@link
 * PacketHistory} that uses it again: a sink that needs it later makes a copy.
 */
public final class MediaPacket {
  /** No sender goes beyond an Ethernet MTU. */
  public static final int MAX_PAYLOAD = 1500;

  private static final byte[] NOTHING = new byte[0];

  /** Which packet is in here; -1 for none. Counts on beyond 16 bits. */
  private long sequence = -1;

  private MediaFormat format;
  private int layer;
  private int temporalLayer;
  private byte[] payload = NOTHING;
  private int length;
  private int padding;
  private int timestamp;
  private boolean marker;
  private boolean keyFrameStart;
  private long arrivedAt;

  void set(
      int newLayer,
      MediaFormat newFormat,
      long newSequence,
      int newTimestamp,
      boolean newMarker,
      boolean newKeyFrameStart,
      byte[] data,
      int offset,
      int newLength,
      long now) {
    if (payload.length < newLength) {
      payload = new byte[newLength <= 320 ? 320 : MAX_PAYLOAD];
    }
    System.arraycopy(data, offset, payload, 0, newLength);
    layer = newLayer;
    format = newFormat;
    temporalLayer = newFormat.codec().temporalLayer(data, offset, newLength);
    sequence = newSequence;
    length = newLength;
    padding = 0;
    timestamp = newTimestamp;
    marker = newMarker;
    keyFrameStart = newKeyFrameStart;
    arrivedAt = now;
  }

  void copy(MediaPacket other) {
    set(
        other.layer,
        other.format,
        other.sequence,
        other.timestamp,
        other.marker,
        other.keyFrameStart,
        other.payload,
        0,
        other.length,
        other.arrivedAt);
  }

  public long sequence() {
    return sequence;
  }

  /** What the sender encoded it with; it may change from one packet to the next. */
  public MediaFormat format() {
    return format;
  }

  /** Which of the qualities that the source offers at the same time; 0 without simulcast. */
  public int layer() {
    return layer;
  }

  /** Pictures of a higher one can be left out without harm to the lower ones; 0 is the lowest. */
  public int temporalLayer() {
    return temporalLayer;
  }

  /** Starts at 0. */
  public byte[] payload() {
    return payload;
  }

  /** Bytes of payload; 0 for a packet that only carried padding. */
  public int length() {
    return length;
  }

  /**
   * Bytes of payload and RTP padding. The same for all to whom the packet is sent, at whatever
   * time: a packet that is sent again has to be the same, bit by bit.
   */
  public int wireLength() {
    return length + padding;
  }

  public boolean isPadded() {
    return padding > 0;
  }

  /** Appends padding, unless there is some already or no room; before the first sink sees it. */
  void pad(int count) {
    if (count > 0 && padding == 0 && length > 0 && length + count <= payload.length) {
      Arrays.fill(payload, length, length + count, (byte) 0);
      payload[length + count - 1] = (byte) count;
      padding = count;
    }
  }

  public int timestamp() {
    return timestamp;
  }

  public boolean marker() {
    return marker;
  }

  /** Holds the first bytes of a keyframe. */
  public boolean keyFrameStart() {
    return keyFrameStart;
  }

  /** the loop's time in nanoseconds. */
  public long arrivedAt() {
    return arrivedAt;
  }

  void clear() {
    sequence = -1;
  }
}

package io.castmesh.medianode.engine.rtcp;

import io.castmesh.medianode.engine.rtp.Rtp;
import java.nio.charset.StandardCharsets;

/**
 * Appends RTCP packets to a buffer that is used again and again. Every method returns whether there
 * was room; nothing is written when there was not.
 */
public final class RtcpWriter {
  /** Stays under every path MTU, with room for SRTCP. */
  public static final int CAPACITY = 1200;

  /** Bytes behind the capacity for what encryption adds. */
  private static final int HEADROOM = 64;

  private final byte[] buffer = new byte[CAPACITY + HEADROOM];
  private int length;
  private int openReport = -1;

  public byte[] buffer() {
    return buffer;
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public void clear() {
    length = 0;
    openReport = -1;
  }

  private boolean begin(int type, int count, int size) {
    openReport = -1;
    if (length + size > CAPACITY) {
      return false;
    }
    buffer[length] = (byte) (0x80 | count);
    buffer[length + 1] = (byte) type;
    Rtp.putShort(buffer, length + 2, size / 4 - 1);
    length += 4;
    return true;
  }

  private void putInt(int value) {
    Rtp.putInt(buffer, length, value);
    length += 4;
  }

  /** A sender report without report blocks (RFC 3550 section 6.4.1). */
  public boolean senderReport(int ssrc, long ntp, int rtpTimestamp, long packets, long bytes) {
    int start = length;
    if (!begin(RtcpType.SENDER_REPORT, 0, 28)) {
      return false;
    }
    putInt(ssrc);
    putInt((int) (ntp >>> 32));
    putInt((int) ntp);
    putInt(rtpTimestamp);
    putInt((int) packets);
    putInt((int) bytes);
    openReport = start;
    return true;
  }

  /** A receiver report; {@link #reportBlock} adds to it. */
  public boolean receiverReport(int ssrc) {
    int start = length;
    if (!begin(RtcpType.RECEIVER_REPORT, 0, 8)) {
      return false;
    }
    putInt(ssrc);
    openReport = start;
    return true;
  }

  /** Adds a block to the report that was begun last (RFC 3550 section 6.4.1 for the fields). */
  public boolean reportBlock(
      int ssrc,
      int fractionLost,
      int lost,
      int highestSequence,
      int jitter,
      int lastReport,
      int sinceLastReport) {
    if (openReport < 0 || (buffer[openReport] & 0x1F) == 31 || length + 24 > CAPACITY) {
      return false;
    }
    putInt(ssrc);
    int clamped = Math.max(-0x800000, Math.min(0x7FFFFF, lost));
    putInt(fractionLost << 24 | (clamped & 0xFFFFFF));
    putInt(highestSequence);
    putInt(jitter);
    putInt(lastReport);
    putInt(sinceLastReport);
    buffer[openReport]++;
    Rtp.putShort(buffer, openReport + 2, (length - openReport) / 4 - 1);
    return true;
  }

  /** CNAME only (RFC 3550 section 6.5.1). */
  public boolean sourceDescription(int ssrc, String cname) {
    byte[] text = cname.getBytes(StandardCharsets.UTF_8);
    int chunk = (4 + 2 + text.length + 1 + 3) & ~3;
    if (text.length > 255 || !begin(RtcpType.SOURCE_DESCRIPTION, 1, 4 + chunk)) {
      return false;
    }
    int end = length + chunk;
    putInt(ssrc);
    buffer[length++] = 1;
    buffer[length++] = (byte) text.length;
    System.arraycopy(text, 0, buffer, length, text.length);
    length += text.length;
    while (length < end) {
      buffer[length++] = 0;
    }
    return true;
  }

  public boolean bye(int ssrc) {
    if (!begin(RtcpType.BYE, 1, 8)) {
      return false;
    }
    putInt(ssrc);
    return true;
  }

  /**
   * Generic NACK (RFC 4585 section 6.2.1).
   *
   * @param sequences ascending, wrap-around allowed
   * @param count how many of them
   */
  public boolean nack(int senderSsrc, int mediaSsrc, int[] sequences, int count) {
    int items = nackItems(sequences, count);
    if (items == 0 || !begin(RtcpType.TRANSPORT_FEEDBACK, RtcpType.NACK, 12 + 4 * items)) {
      return false;
    }
    putInt(senderSsrc);
    putInt(mediaSsrc);
    int at = 0;
    while (at < count) {
      int first = sequences[at++];
      int following = 0;
      while (at < count && distance(first, sequences[at]) <= 16) {
        following |= 1 << (distance(first, sequences[at]) - 1);
        at++;
      }
      putInt(first << 16 | following);
    }
    return true;
  }

  private static int nackItems(int[] sequences, int count) {
    int items = 0;
    int at = 0;
    while (at < count) {
      int first = sequences[at++];
      items++;
      while (at < count && distance(first, sequences[at]) <= 16) {
        at++;
      }
    }
    return items;
  }

  private static int distance(int first, int later) {
    return (later - first) & 0xFFFF;
  }

  /** RFC 4585 section 6.3.1. */
  public boolean pictureLoss(int senderSsrc, int mediaSsrc) {
    if (!begin(RtcpType.PAYLOAD_FEEDBACK, RtcpType.PLI, 12)) {
      return false;
    }
    putInt(senderSsrc);
    putInt(mediaSsrc);
    return true;
  }

  /** RFC 5104 section 4.3.1. */
  public boolean fullIntraRequest(int senderSsrc, int mediaSsrc, int sequence) {
    if (!begin(RtcpType.PAYLOAD_FEEDBACK, RtcpType.FIR, 20)) {
      return false;
    }
    putInt(senderSsrc);
    putInt(0);
    putInt(mediaSsrc);
    putInt(sequence << 24);
    return true;
  }

  /** draft-alvestrand-rmcat-remb-03 section 2.2. */
  public boolean bitrateEstimate(int senderSsrc, int mediaSsrc, long bitsPerSecond) {
    if (!begin(RtcpType.PAYLOAD_FEEDBACK, RtcpType.APPLICATION, 24)) {
      return false;
    }
    int exponent = Math.max(0, 46 - Long.numberOfLeadingZeros(bitsPerSecond));
    putInt(senderSsrc);
    putInt(0);
    putInt(RtcpType.REMB_MAGIC);
    putInt(1 << 24 | exponent << 18 | (int) (bitsPerSecond >>> exponent));
    putInt(mediaSsrc);
    return true;
  }

  /** Appends a packet that somebody else made; its length is a multiple of four. */
  public boolean append(byte[] packet, int size) {
    if (length + size > CAPACITY) {
      return false;
    }
    openReport = -1;
    System.arraycopy(packet, 0, buffer, length, size);
    length += size;
    return true;
  }
}

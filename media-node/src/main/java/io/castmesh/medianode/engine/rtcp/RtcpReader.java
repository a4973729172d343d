package io.castmesh.medianode.engine.rtcp;

import io.castmesh.medianode.engine.rtp.Rtp;

/** Reads compound packets in clear. */
public final class RtcpReader {
  /**
   * How many packets one compound packet may tell of, as missing or as arrived: some seconds of the
   * best picture. Runs are short, so that a datagram could name millions, each of which is work.
   */
  static final int MOST_NAMED = 8_192;

  private static final int REPORT_BLOCK = 24;
  private static final int NACK_ITEM = 17;

  private RtcpReader() {}

  /**
   * Walks over a compound packet. Types that are not understood are skipped.
   *
   * @return false when it is malformed or tells of too many packets; what came before that place
   *     was reported
   */
  public static boolean read(byte[] data, int offset, int length, RtcpHandler handler) {
    int at = offset;
    int named = 0;
    int end = offset + length;
    while (at < end) {
      if (at + 4 > end || (data[at] & 0xC0) != 0x80) {
        return false;
      }
      int size = 4 + 4 * Rtp.unsignedShort(data, at + 2);
      if (at + size > end) {
        return false;
      }
      named += named(data, at, size);
      if (named > MOST_NAMED || !readPacket(data, at, size, handler)) {
        return false;
      }
      at += size;
    }
    return true;
  }

  /** How many packets it tells of. */
  private static int named(byte[] data, int at, int size) {
    if ((data[at + 1] & 0xFF) != RtcpType.TRANSPORT_FEEDBACK || size < 16) {
      return 0;
    }
    return switch (data[at] & 0x1F) {
      case RtcpType.TRANSPORT_CC -> Rtp.unsignedShort(data, at + 14);
      case RtcpType.NACK -> (size - 12) / 4 * NACK_ITEM;
      default -> 0;
    };
  }

  private static boolean readPacket(byte[] data, int at, int size, RtcpHandler handler) {
    int count = data[at] & 0x1F;
    return switch (data[at + 1] & 0xFF) {
      case RtcpType.SENDER_REPORT -> readSenderReport(data, at, size, count, handler);
      case RtcpType.RECEIVER_REPORT ->
          size >= 8 && readReportBlocks(data, at + 8, at + size, count, handler);
      case RtcpType.BYE -> readBye(data, at, size, count, handler);
      case RtcpType.TRANSPORT_FEEDBACK -> readTransport(data, at, size, count, handler);
      case RtcpType.PAYLOAD_FEEDBACK -> readPayload(data, at, size, count, handler);
      default -> true;
    };
  }

  private static boolean readSenderReport(
      byte[] data, int at, int size, int count, RtcpHandler handler) {
    if (size < 28) {
      return false;
    }
    handler.onSenderReport(
        Rtp.getInt(data, at + 4),
        (long) Rtp.getInt(data, at + 8) << 32 | unsigned(data, at + 12),
        Rtp.getInt(data, at + 16),
        unsigned(data, at + 20),
        unsigned(data, at + 24));
    return readReportBlocks(data, at + 28, at + size, count, handler);
  }

  private static boolean readReportBlocks(
      byte[] data, int start, int end, int count, RtcpHandler handler) {
    if (start + count * REPORT_BLOCK > end) {
      return false;
    }
    for (int i = 0, at = start; i < count; i++, at += REPORT_BLOCK) {
      handler.onReportBlock(
          Rtp.getInt(data, at),
          data[at + 4] & 0xFF,
          (Rtp.getInt(data, at + 4) << 8) >> 8,
          unsigned(data, at + 8),
          unsigned(data, at + 12),
          Rtp.getInt(data, at + 16),
          unsigned(data, at + 20));
    }
    return true;
  }

  private static boolean readBye(byte[] data, int at, int size, int count, RtcpHandler handler) {
    if (4 + 4 * count > size) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      handler.onBye(Rtp.getInt(data, at + 4 + 4 * i));
    }
    return true;
  }

  private static boolean readTransport(
      byte[] data, int at, int size, int format, RtcpHandler handler) {
    if (size < 12) {
      return false;
    }
    int mediaSsrc = Rtp.getInt(data, at + 8);
    if (format == RtcpType.TRANSPORT_CC) {
      handler.onTransportFeedback(data, at, size);
    } else if (format == RtcpType.NACK) {
      for (int item = at + 12; item + 4 <= at + size; item += 4) {
        int first = Rtp.unsignedShort(data, item);
        int following = Rtp.unsignedShort(data, item + 2);
        handler.onNack(mediaSsrc, first);
        for (int bit = 0; bit < 16; bit++) {
          if ((following >> bit & 1) != 0) {
            handler.onNack(mediaSsrc, (first + bit + 1) & 0xFFFF);
          }
        }
      }
      handler.onNackMessage(mediaSsrc);
    }
    return true;
  }

  private static boolean readPayload(
      byte[] data, int at, int size, int format, RtcpHandler handler) {
    if (size < 12) {
      return false;
    }
    if (format == RtcpType.PLI) {
      handler.onPictureLoss(Rtp.getInt(data, at + 8));
    } else if (format == RtcpType.FIR) {
      for (int item = at + 12; item + 8 <= at + size; item += 8) {
        handler.onFullIntraRequest(Rtp.getInt(data, item), data[item + 4] & 0xFF);
      }
    } else if (format == RtcpType.APPLICATION
        && size >= 20
        && Rtp.getInt(data, at + 12) == RtcpType.REMB_MAGIC) {
      int exponent = (data[at + 17] & 0xFF) >>> 2;
      long mantissa = (data[at + 17] & 0x03) << 16 | Rtp.unsignedShort(data, at + 18);
      handler.onBitrateEstimate(exponent > 45 ? Long.MAX_VALUE : mantissa << exponent);
    }
    return true;
  }

  private static long unsigned(byte[] data, int at) {
    return Rtp.getInt(data, at) & 0xFFFFFFFFL;
  }
}

package io.castmesh.medianode.engine.srtp;

/**
 * Unprotects what a peer sends: estimates rollover counters, refuses replays and forgeries (RFC
 * 3711 section 3.3).
 */
public final class SrtpReceiver implements PacketOpener {
  /**
   * Audio, video, their retransmissions and some room. Beyond that the stream that was silent for
   * the longest time is forgotten: a sender that is started again comes with new ones.
   */
  static final int MAX_STREAMS = 32;

  private static final int HEADER = 12;
  private static final int RTCP_MINIMUM = 8;

  private final PacketCipher cipher;
  private final Stream[] rtp = new Stream[MAX_STREAMS];
  private final Stream[] rtcp = new Stream[MAX_STREAMS];

  /** How many packets were opened: what was used last has the highest number. */
  private long opened;

  private static final class Stream {
    final int ssrc;
    final ReplayWindow window = new ReplayWindow();
    long usedAt;

    Stream(int ssrc) {
      this.ssrc = ssrc;
    }
  }

  public SrtpReceiver(SrtpProfile profile, SrtpKeys.Master master) {
    this.cipher = PacketCipher.create(profile, master);
  }

  @Override
  public int openRtp(byte[] packet, int offset, int length, int headerLength) {
    if (length < HEADER || headerLength > length) {
      return -1;
    }
    int ssrc = Bytes.getInt(packet, offset + 8);
    int sequence = (packet[offset + 2] & 0xFF) << 8 | (packet[offset + 3] & 0xFF);
    Stream stream = find(rtp, ssrc);
    long index = stream == null ? sequence : index(stream.window.highest(), sequence);
    if (index < 0 || (stream != null && !stream.window.isFresh(index))) {
      return -1;
    }
    int clear = cipher.openRtp(packet, offset, length, headerLength, ssrc, index);
    if (clear < 0) {
      return -1;
    }
    // State only for what is authentic: a stranger cannot fill the table.
    if (stream == null) {
      stream = add(rtp, ssrc);
    }
    stream.usedAt = ++opened;
    stream.window.markSeen(index);
    return clear;
  }

  @Override
  public int openRtcp(byte[] packet, int offset, int length) {
    if (length < RTCP_MINIMUM + PacketCipher.MAX_OVERHEAD - 6) {
      return -1;
    }
    int ssrc = Bytes.getInt(packet, offset + 4);
    int index = cipher.rtcpIndex(packet, offset, length);
    Stream stream = find(rtcp, ssrc);
    if (stream != null && !stream.window.isFresh(index)) {
      return -1;
    }
    int clear = cipher.openRtcp(packet, offset, length, ssrc);
    if (clear < 0) {
      return -1;
    }
    if (stream == null) {
      stream = add(rtcp, ssrc);
    }
    stream.usedAt = ++opened;
    stream.window.markSeen(index);
    return clear;
  }

  /** The index nearest to the highest one so far with these low 16 bits (section 3.3.1). */
  static long index(long highest, int sequence) {
    long base = highest & ~0xFFFFL;
    int last = (int) highest & 0xFFFF;
    if (sequence - last > 0x8000) {
      return base - 0x10000 + sequence;
    }
    if (last - sequence > 0x8000) {
      return base + 0x10000 + sequence;
    }
    return base + sequence;
  }

  private static Stream find(Stream[] streams, int ssrc) {
    for (Stream stream : streams) {
      if (stream == null) {
        return null;
      }
      if (stream.ssrc == ssrc) {
        return stream;
      }
    }
    return null;
  }

  private static Stream add(Stream[] streams, int ssrc) {
    int at = 0;
    for (int i = 0; i < streams.length && streams[at] != null; i++) {
      if (streams[i] == null || streams[i].usedAt < streams[at].usedAt) {
        at = i;
      }
    }
    streams[at] = new Stream(ssrc);
    return streams[at];
  }
}

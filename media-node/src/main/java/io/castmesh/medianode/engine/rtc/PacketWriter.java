package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.sdp.NegotiatedCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import java.util.function.Consumer;

/**
 * Makes the packets of one stream as its peer agreed to get them, and sends them: the first time,
 * and again as RTX (RFC 4588) or, without it, as they were. Owned by the loop.
 */
final class PacketWriter {
  private final int ssrc;
  private final MediaTransport transport;
  private final OutboundHeader header;
  private final EngineCounters counters;
  private final Consumer<MediaFormat> onForeignFormat;
  private final RetransmissionSender retransmissions;

  /** Null until packets are sent that may be repeated as they were. */
  private SentNumbers numbers;

  private NegotiatedMedia media;

  /** As what the source's format goes to the peer; null when the peer cannot take it. */
  private NegotiatedCodec codec;

  private MediaFormat format;

  /**
   * @param onForeignFormat told when the source sends what the peer did not agree to receive
   */
  PacketWriter(
      int ssrc,
      int rtxSsrc,
      MediaTransport transport,
      OutboundHeader header,
      EngineCounters counters,
      Consumer<MediaFormat> onForeignFormat) {
    this.ssrc = ssrc;
    this.transport = transport;
    this.header = header;
    this.counters = counters;
    this.onForeignFormat = onForeignFormat;
    this.retransmissions = new RetransmissionSender(rtxSsrc, transport, header, counters);
  }

  void negotiated(NegotiatedMedia agreed) {
    media = agreed;
    format = null;
  }

  /** Another source: whether the peer takes its format is to be seen, and told, again. */
  void forgetFormat() {
    format = null;
  }

  boolean isReady() {
    return media != null && media.direction().sends() && transport.isReady();
  }

  /** Looks for the codec when it changes, which is rare. */
  boolean agree(OutboundPacket p) {
    if (p.source.format() != format) {
      format = p.source.format();
      codec = media.codecFor(format);
      if (codec == null) {
        onForeignFormat.accept(format);
      }
    }
    return codec != null;
  }

  boolean writeHeader(OutboundPacket p) {
    int number =
        header.write(
            p,
            media.transportCcExtension(),
            p.source.marker(),
            codec.payloadType(),
            p.sequence,
            ssrc,
            p.source.wireLength());
    if (codec.rtxPayloadType() < 0 && hasNumber() && codec.feedback().contains("nack")) {
      if (numbers == null) {
        numbers = new SentNumbers();
      }
      numbers.add(p.sequence, number);
    }
    markPadding(p);
    return true;
  }

  private static void markPadding(OutboundPacket p) {
    if (p.source.isPadded()) {
      Rtp.setPadding(p.data, 0);
    }
  }

  private boolean hasNumber() {
    return media.transportCcExtension() != 0;
  }

  private int numberOf(long sequence) {
    return numbers == null ? SentNumbers.NONE : numbers.of(sequence);
  }

  boolean encrypt(OutboundPacket p) {
    p.length =
        transport
            .srtp()
            .sealRtp(
                p.payload, 0, p.source.wireLength(), p.data, 0, p.headerLength, ssrc, p.sequence);
    return true;
  }

  boolean send(OutboundPacket p) {
    boolean sent = transport.send(p.data, p.length);
    if (!sent) {
      counters.packetsDropped.increment();
    }
    return sent;
  }

  /** The peer misses a packet that was sent; nothing happens when it has just been repeated. */
  void repeat(OutboundPacket p) {
    if (!agree(p) || !retransmissions.allow(p.sequence, p.source.length(), p.now)) {
      return;
    }
    if (codec.rtxPayloadType() >= 0) {
      for (int i = 0; i < header.repetitions(); i++) {
        retransmissions.send(p, codec.rtxPayloadType(), media.transportCcExtension());
      }
    } else {
      repeatAsItWas(p);
    }
  }

  /** A packet must not change by as much as a bit, or two were encrypted with one key stream. */
  private void repeatAsItWas(OutboundPacket p) {
    int number = hasNumber() ? numberOf(p.sequence) : 0;
    if (number != SentNumbers.NONE) {
      header.writeAgain(
          p,
          media.transportCcExtension(),
          p.source.marker(),
          codec.payloadType(),
          p.sequence,
          ssrc,
          number);
      markPadding(p);
      encrypt(p);
      retransmissions.sendAgain(p);
    }
  }

  /** Whether there is something to send a probe as. */
  boolean canProbe() {
    return codec != null && codec.rtxPayloadType() >= 0;
  }

  /**
   * Repeats a packet that nobody misses.
   *
   * @return bytes that were sent; 0 when there is nothing to send it as
   */
  int probe(OutboundPacket p) {
    if (!agree(p) || !canProbe()) {
      return 0;
    }
    retransmissions.send(p, codec.rtxPayloadType(), media.transportCcExtension());
    return p.length;
  }
}

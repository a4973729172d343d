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
    header.write(
        p,
        numberedBy(),
        p.source.marker(),
        codec.payloadType(),
        p.sequence,
        ssrc,
        p.source.wireLength());
    if (p.source.isPadded()) {
      Rtp.setPadding(p.data, 0);
    }
    return true;
  }

  /**
   * Id of the transport-wide number; 0 for none. A packet that may be repeated as it is must not
   * change by as much as a bit, or two packets were encrypted with one key stream.
   */
  private int numberedBy() {
    boolean repeatedAsItIs = codec.rtxPayloadType() < 0 && codec.feedback().contains("nack");
    return repeatedAsItIs ? 0 : media.transportCcExtension();
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
    } else if (numberedBy() == 0) {
      writeHeader(p);
      encrypt(p);
      retransmissions.sendAgain(p);
    }
  }

  /**
   * Repeats a packet that nobody misses.
   *
   * @return bytes that were sent; 0 when there is nothing to send it as
   */
  int probe(OutboundPacket p) {
    if (!agree(p) || codec.rtxPayloadType() < 0) {
      return 0;
    }
    retransmissions.send(p, codec.rtxPayloadType(), media.transportCcExtension());
    return p.length;
  }
}

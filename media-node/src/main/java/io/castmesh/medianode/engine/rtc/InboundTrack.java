package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.sdp.NegotiatedMedia;
import io.castmesh.medianode.engine.track.BestLayer;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.Fanout;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.MediaPacket;
import io.castmesh.medianode.engine.track.SenderClock;
import io.castmesh.medianode.engine.track.TrackSink;
import io.castmesh.medianode.engine.track.TrackSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a peer sends us of one kind: one stream, or the layers of a simulcast, passed on to every
 * sink. It exists from the peer's creation, so that sinks can be connected before anything is
 * negotiated. Owned by the loop.
 */
final class InboundTrack implements TrackSource {
  private final MediaKind kind;
  private InboundStream[] streams;
  private byte[][] rids = {};
  private final Fanout fanout;
  private final BestLayer best;
  private NegotiatedMedia media;

  InboundTrack(MediaKind kind, BurstEnd bursts) {
    this.fanout = new Fanout(bursts);
    this.best = new BestLayer(this, fanout);
    this.kind = kind;
    this.streams = new InboundStream[] {new InboundStream(kind, 0, clockRate(kind))};
  }

  private static int clockRate(MediaKind kind) {
    return kind == MediaKind.VIDEO ? 90_000 : 48_000;
  }

  /** From now on packets of this description are expected. */
  void negotiated(NegotiatedMedia agreed) {
    media = agreed;
    List<String> agreedRids = agreed.rids();
    if (!agreedRids.isEmpty()) {
      rids =
          agreedRids.stream()
              .map(rid -> rid.getBytes(StandardCharsets.US_ASCII))
              .toArray(byte[][]::new);
      streams = new InboundStream[rids.length];
      for (int i = 0; i < streams.length; i++) {
        streams[i] = new InboundStream(kind, i, clockRate(kind));
      }
      best.begin();
    }
  }

  /** Null before negotiation. */
  NegotiatedMedia media() {
    return media;
  }

  InboundStream[] streams() {
    return streams;
  }

  /**
   * The stream of an SSRC, or of the RTP stream id in the packet: senders put it into their first
   * packets only (RFC 8852). Null for a stranger.
   *
   * @param ridAt position of the id; its length is 0 when the packet has none
   * @param repaired whether the packet is a retransmission
   */
  InboundStream stream(int ssrc, boolean repaired, byte[] data, int ridAt, int ridLength) {
    if (rids.length == 0) {
      return streams[0];
    }
    for (InboundStream stream : streams) {
      boolean known =
          repaired ? stream.rtxSsrc() == ssrc : stream.isBound() && stream.ssrc() == ssrc;
      if (known) {
        return stream;
      }
    }
    for (int i = 0; i < rids.length; i++) {
      if (Arrays.equals(rids[i], 0, rids[i].length, data, ridAt, ridAt + ridLength)) {
        if (repaired) {
          streams[i].repairedBy(ssrc);
        }
        return streams[i];
      }
    }
    // A sender that agreed to layers and sends one without a name.
    return ridLength == 0 && !repaired && !isBound() ? streams[0] : null;
  }

  /** Whether a packet of this SSRC belongs to a stream of ours, see {@link InboundStream#claim}. */
  boolean claim(InboundStream stream, InboundPacket packet) {
    if (!stream.isContinuedBy(packet)) {
      fanout.flush(packet.now); // what waits is about to be forgotten
    }
    InboundStream.Claim claim = stream.claim(packet);
    if (claim == InboundStream.Claim.ANEW) {
      fanout.restart(this, stream.layer(), packet.now);
    }
    return claim != InboundStream.Claim.REFUSED;
  }

  /** Whether it was stored: neither a duplicate nor too old. */
  boolean store(InboundPacket packet) {
    if (!packet.stream.store(packet, usesNack())) {
      return false;
    }
    if (packet.formatChanged) {
      fanout.restart(this, packet.stream.layer(), packet.now);
    }
    return true;
  }

  void forward(MediaPacket packet, long now) {
    if (streams.length > 1) {
      best.onPacket(packet, now);
    }
    fanout.add(packet, isUnfinished(packet), now);
  }

  private boolean usesNack() {
    return media != null && media.hasFeedback("nack");
  }

  @Override
  public MediaKind kind() {
    return kind;
  }

  @Override
  public int clockRate() {
    return streams[best.current()].clockRate();
  }

  @Override
  public MediaCodec codec() {
    InboundStream stream = streams[best.current()];
    return stream.format() == null ? null : stream.format().codec();
  }

  @Override
  public int layers() {
    return streams.length;
  }

  @Override
  public void add(TrackSink sink) {
    fanout.add(sink, this);
  }

  @Override
  public void remove(TrackSink sink) {
    fanout.remove(sink, this);
  }

  void removeAll() {
    fanout.removeAll(this);
  }

  @Override
  public void requestKeyFrame() {
    requestKeyFrame(best.wanted());
  }

  @Override
  public void requestKeyFrame(int layer) {
    streams[layer].requestKeyFrame();
  }

  @Override
  public MediaPacket find(long sequence, long now) {
    return find(best.current(), sequence, now);
  }

  @Override
  public MediaPacket find(int layer, long sequence, long now) {
    return streams[layer].find(sequence, now);
  }

  @Override
  public long joinAt(int layer, JoinLimits limits, long now) {
    return streams[layer].joinAt(limits, now);
  }

  @Override
  public long newest(int layer) {
    return streams[layer].newest();
  }

  @Override
  public SenderClock clock() {
    return clock(best.current());
  }

  @Override
  public SenderClock clock(int layer) {
    return streams[layer].clock();
  }

  @Override
  public long bitrate(int layer, int temporalLayer, long now) {
    return streams[layer].rates().bitrate(temporalLayer, now);
  }

  /** Whether packets of any layer have come. */
  boolean isBound() {
    for (InboundStream stream : streams) {
      if (stream.isBound()) {
        return true;
      }
    }
    return false;
  }

  /** 0 before the first packet. */
  long lastPacketAt() {
    long last = 0;
    for (InboundStream stream : streams) {
      last = Math.max(last, stream.lastPacketAt());
    }
    return last;
  }
}

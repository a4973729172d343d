package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig.PeerLimits;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.loop.Listening;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.play.FilePlayer;
import io.castmesh.medianode.engine.record.FileRecorder;
import io.castmesh.medianode.engine.sdp.HostCandidates;
import io.castmesh.medianode.engine.stun.StunMessage;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.Shard;
import io.castmesh.medianode.engine.track.WallClock;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard of the engine: a loop with its port, and the elements that live on it. Tells STUN, DTLS
 * and RTP apart (RFC 7983 section 7) and finds the peer.
 */
final class PeerLoop implements MediaLoop.Handler, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeerLoop.class);

  private static final long EXPIRY_INTERVAL = TimeUnit.SECONDS.toNanos(10);

  /**
   * What all loops have in common.
   *
   * @param addresses told to browsers
   */
  record Shared(
      DtlsIdentity identity,
      Executor handshakes,
      List<InetAddress> addresses,
      WallClock wallClock,
      PeerLimits limits,
      JoinLimits joins,
      SecureRandom random) {}

  private final EngineCounters counters = new EngineCounters();
  private final PeerTable<RtcPeer> table = new PeerTable<>();
  private final BurstEnd bursts = new BurstEnd();
  private final Shard shard;
  private final PeerTurns peers = new PeerTurns();
  private final MediaContext context;

  // Added to and taken from anywhere; asked on the loop.
  private final Set<PlainRtpPeer> rtpPeers = ConcurrentHashMap.newKeySet();
  private final Set<FilePlayer> players = ConcurrentHashMap.newKeySet();
  private final Set<FileRecorder> recorders = ConcurrentHashMap.newKeySet();

  // Owned by the loop.
  private long nextExpiry = MediaLoop.now() + EXPIRY_INTERVAL;

  /**
   * Binds the ports.
   *
   * @throws IOException when one is taken or an address is not ours
   */
  PeerLoop(Listening where, String name, Shared shared) throws IOException {
    MediaLoop loop = new MediaLoop(where, name, MediaLoop.Sockets.BEST, this);
    this.shard = new Shard(loop, bursts, shared.joins());
    this.context =
        new MediaContext(
            shard,
            table,
            peers,
            shared.identity(),
            shared.handshakes(),
            HostCandidates.of(shared.addresses(), loop.port(), loop.tcpPort()),
            shared.wallClock(),
            counters,
            shared.limits(),
            shared.random());
  }

  MediaContext context() {
    return context;
  }

  Shard shard() {
    return shard;
  }

  MediaLoop loop() {
    return shard.loop();
  }

  EngineCounters counters() {
    return counters;
  }

  PeerTurns peers() {
    return peers;
  }

  Set<PlainRtpPeer> rtpPeers() {
    return rtpPeers;
  }

  Set<FilePlayer> players() {
    return players;
  }

  Set<FileRecorder> recorders() {
    return recorders;
  }

  /** How many elements live here. */
  int load() {
    return peers.size() + rtpPeers.size() + recorders.size() + players.size();
  }

  @Override
  public void onDatagram(byte[] data, int length, Route from, long now) {
    counters.packetsReceived.increment();
    counters.bytesReceived.add(length);
    int first = length == 0 ? -1 : data[0] & 0xFF;
    if (first >= 0 && first <= 3) {
      onStun(data, length, from, now);
      return;
    }
    RtcPeer peer = table.byRoute(from);
    if (peer == null) {
      counters.strangers.increment();
    } else if (first >= 128 && first <= 191) {
      peer.connection().onMedia(data, length, from, now);
    } else if (first >= 20 && first <= 63) {
      peer.connection().onDtls(data, length, now);
    } else {
      counters.packetsDropped.increment();
    }
  }

  private void onStun(byte[] data, int length, Route from, long now) {
    Optional<StunMessage> message = StunMessage.parse(data, 0, length);
    Optional<RtcPeer> peer = message.flatMap(StunMessage::username).flatMap(table::byUsername);
    if (peer.isPresent()) {
      peer.get().connection().onStun(message.get(), length, from, now);
    } else {
      counters.strangers.increment();
    }
  }

  @Override
  public void onRouteClosed(Route route, long now) {
    RtcPeer peer = table.remove(route);
    if (peer != null) {
      peer.connection().onRouteClosed(route);
    }
  }

  @Override
  public void onBurstEnd(long now) {
    bursts.run(now);
  }

  @Override
  public void onTick(long now) {
    if (now - nextExpiry >= 0) {
      nextExpiry = now + EXPIRY_INTERVAL;
      table.expire(now);
    }
    bursts.runAll(now);
    peers.tick(now);
    tickEach(rtpPeers, PlainRtpPeer::tick, now);
    tickEach(recorders, FileRecorder::tick, now);
    tickEach(players, FilePlayer::tick, now);
  }

  /** What goes wrong with one element is not to harm the others. */
  static <T> void tickEach(Set<T> elements, ObjLongConsumer<T> tick, long now) {
    for (T element : elements) {
      try {
        tick.accept(element, now);
      } catch (RuntimeException | Error e) {
        log.warn("{} could not be looked after", element, e);
      }
    }
  }

  @Override
  public void close() {
    loop().close();
  }
}

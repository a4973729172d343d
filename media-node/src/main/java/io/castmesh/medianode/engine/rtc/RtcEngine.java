package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.EngineFullException;
import io.castmesh.medianode.engine.EngineStats;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.castmesh.medianode.engine.disk.WriterPool;
import io.castmesh.medianode.engine.dtls.DtlsIdentity;
import io.castmesh.medianode.engine.dtls.HandshakePool;
import io.castmesh.medianode.engine.loop.Counter;
import io.castmesh.medianode.engine.loop.DatagramPorts;
import io.castmesh.medianode.engine.loop.Listening;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.net.LocalAddresses;
import io.castmesh.medianode.engine.play.FilePlayer;
import io.castmesh.medianode.engine.record.FileRecorder;
import io.castmesh.medianode.engine.track.JoinLimits;
import io.castmesh.medianode.engine.track.WallClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The media engine over real sockets: loops, each with one thread and one port for all its peers, a
 * pool for handshakes and one for files. A peer lives on the loop that had least to do when it
 * came.
 */
public final class RtcEngine implements MediaEngine {
  private static final Logger log = LoggerFactory.getLogger(RtcEngine.class);

  private final List<PeerLoop> loops = new ArrayList<>();
  private final List<Path> playableFolders;
  private final List<Path> recordableFolders;
  private final Map<PeerLoop, RtpPlace> rtpPlaces = new LinkedHashMap<>();
  private final HandshakePool handshakes = new HandshakePool();
  private final WriterPool writers = new WriterPool();

  /** Apart: what is played may lie on a disk that hangs. */
  private final WriterPool readers = new WriterPool();

  private final DtlsIdentity identity = DtlsIdentity.create(Instant.now());
  private final AtomicReference<CompletableFuture<Void>> shutdown = new AtomicReference<>();

  private RtcEngine(MediaNodeConfig config) throws IOException {
    playableFolders = config.playableFolders();
    recordableFolders = config.recordableFolders();
    List<InetAddress> hosts = LocalAddresses.toBind(config.mediaHost(), MediaLoop::canBind);
    List<InetAddress> named = LocalAddresses.resolve(config.announced().addresses());
    List<InetAddress> told = announced(config, named, hosts);
    PeerLoop.Shared shared =
        new PeerLoop.Shared(
            identity,
            handshakes,
            told,
            new WallClock(System.currentTimeMillis(), MediaLoop.now()),
            config.limits(),
            JoinLimits.ofMillis(config.joinMillis()),
            new SecureRandom());
    try {
      for (int i = 0; i < count(config.loops()); i++) {
        PeerLoop loop = new PeerLoop(listening(config, hosts, i), "media-loop-" + i, shared);
        loops.add(loop);
        rtpPlaces.put(loop, rtpPlace(config.rtpPorts(), hosts, named, loop));
      }
    } catch (IOException e) {
      closeSockets();
      throw e;
    }
  }

  private static RtpPlace rtpPlace(
      MediaNodeConfig.PortRange range,
      List<InetAddress> hosts,
      List<InetAddress> announced,
      PeerLoop loop)
      throws IOException {
    return new RtpPlace(
        new DatagramPorts(loop.loop(), range.first(), range.last(), loop.context().bursts()::run),
        hosts,
        announced);
  }

  private void closeSockets() {
    rtpPlaces.values().forEach(place -> place.ports().close());
    loops.forEach(PeerLoop::close);
  }

  /** What browsers are told: the announced addresses, before or instead of the bound ones. */
  private static List<InetAddress> announced(
      MediaNodeConfig config, List<InetAddress> named, List<InetAddress> hosts) throws IOException {
    Set<InetAddress> told = new LinkedHashSet<>(named);
    if (told.isEmpty() || config.announced().hostToo()) {
      told.addAll(LocalAddresses.toTell(hosts));
    }
    return List.copyOf(told);
  }

  private static Listening listening(MediaNodeConfig config, List<InetAddress> hosts, int loop) {
    MediaNodeConfig.IceTcp tcp = config.tcp();
    int ownPort = tcp.port() == 0 ? Listening.SAME : tcp.port() + loop;
    return new Listening(
        hosts,
        config.mediaPort() == 0 ? 0 : config.mediaPort() + loop,
        tcp.on() ? ownPort : Listening.NONE,
        Math.max(1, tcp.connections() / count(config.loops())));
  }

  /** As many as cores, when nobody says. */
  private static int count(int loops) {
    return loops > 0 ? loops : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Binds the media port and starts the loop.
   *
   * @throws UncheckedIOException when the port is taken or an address is not ours
   */
  public static RtcEngine start(MediaNodeConfig config) {
    try {
      RtcEngine engine = new RtcEngine(config);
      engine.loops.forEach(each -> each.loop().start());
      WarmUp.startInBackground(engine.identity, engine.handshakes);
      log.info(
          "media on {} udp={} tcp={} candidates={}",
          config.mediaHost(),
          engine.mediaPorts(),
          engine.tcpPorts(),
          engine.loops.get(0).context().candidates().addresses());
      return engine;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot open the media port %s:%d: %s"
              .formatted(config.mediaHost(), config.mediaPort(), e.getMessage()),
          e);
    }
  }

  /** The UDP ports that were bound, one for each loop. */
  public List<Integer> mediaPorts() {
    return loops.stream().map(each -> each.loop().port()).toList();
  }

  /** The TCP ports beside them; 0 without. */
  public List<Integer> tcpPorts() {
    return loops.stream().map(each -> each.loop().tcpPort()).toList();
  }

  /** The loop with the fewest elements. */
  private PeerLoop leastLoaded() {
    return Collections.min(loops, Comparator.comparingInt(PeerLoop::load));
  }

  List<PeerLoop> loops() {
    return loops;
  }

  /**
   * Peers are few against this bound, so that it may be overrun by a few that come together.
   *
   * @throws EngineFullException beyond it
   */
  private void checkRoom() {
    int peers = loops.stream().mapToInt(each -> each.peers().size() + each.rtpPeers().size()).sum();
    int most = loops.get(0).context().limits().peers();
    if (peers >= most) {
      throw new EngineFullException("Too many endpoints: " + most);
    }
  }

  @Override
  public WebRtcPeer createWebRtcPeer(String id, WebRtcPeer.Listener listener) {
    checkRoom();
    PeerLoop home = leastLoaded();
    RtcPeer peer = new RtcPeer(id, home.context(), listener, home.peers()::remove);
    home.peers().add(peer);
    try {
      home.loop().execute(peer::open);
    } catch (RejectedExecutionException closed) {
      home.peers().remove(peer);
      throw new IllegalStateException("the media engine is closed", closed);
    }
    return peer;
  }

  @Override
  public RtpPeer createRtpPeer(
      String id, RtpPeer.Protection protection, SdpPeer.Listener listener) {
    checkRoom();
    PeerLoop home = leastLoaded();
    PlainRtpPeer peer =
        new PlainRtpPeer(
            id, home.context(), rtpPlaces.get(home), protection, listener, home.rtpPeers()::remove);
    home.rtpPeers().add(peer);
    return peer;
  }

  @Override
  public MediaRecorder createRecorder(
      String id, Path file, MediaRecorder.Format format, MediaRecorder.Listener listener) {
    Path place = file.toAbsolutePath().normalize();
    if (!recordableFolders.isEmpty() && recordableFolders.stream().noneMatch(place::startsWith)) {
      throw new IllegalArgumentException("not a folder that may be recorded to: " + file);
    }
    PeerLoop home = leastLoaded();
    FileRecorder recorder =
        new FileRecorder(
            id,
            file,
            format,
            home.shard(),
            writers,
            home.context().wallClock(),
            listener,
            home.recorders()::remove);
    home.recorders().add(recorder);
    return recorder;
  }

  @Override
  public MediaPlayer createPlayer(String id, Path file, MediaPlayer.Listener listener) {
    PeerLoop home = leastLoaded();
    FilePlayer player =
        new FilePlayer(
            id,
            file,
            playableFolders,
            home.shard(),
            readers,
            home.context().wallClock(),
            listener,
            home.players()::remove);
    home.players().add(player);
    return player;
  }

  @Override
  public EngineStats stats() {
    return new EngineStats(
        loops.stream().mapToInt(each -> each.peers().size() + each.rtpPeers().size()).sum(),
        loops.stream().mapToInt(each -> each.recorders().size()).sum(),
        sum(counters -> counters.packetsReceived),
        sum(counters -> counters.packetsSent),
        sum(counters -> counters.bytesReceived),
        sum(counters -> counters.bytesSent),
        sum(counters -> counters.packetsRetransmitted),
        sum(counters -> counters.mediaPackets),
        sum(counters -> counters.mediaPacketsLost),
        sum(counters -> counters.nacksReceived),
        sum(counters -> counters.nacksSent),
        writers.refused(),
        drops(),
        new EngineStats.Tcp(
            loops.stream().mapToInt(each -> each.loop().connections()).sum(),
            total(MediaLoop::refusedConnections),
            total(MediaLoop::unprovenConnections)));
  }

  private long total(ToLongFunction<MediaLoop> counter) {
    return loops.stream().mapToLong(each -> counter.applyAsLong(each.loop())).sum();
  }

  private EngineStats.Drops drops() {
    long forged = sum(counters -> counters.forged);
    long slow = total(MediaLoop::slowDrops);
    return new EngineStats.Drops(
        strangers(),
        forged,
        sum(counters -> counters.overLimit),
        total(MediaLoop::sendFailures),
        slow,
        Math.max(0, sum(counters -> counters.packetsDropped) - forged - slow) + lostBetweenLoops());
  }

  private long lostBetweenLoops() {
    return loops.stream().mapToLong(each -> each.shard().lost()).sum();
  }

  private long sum(Function<EngineCounters, Counter> counter) {
    return loops.stream().mapToLong(each -> counter.apply(each.counters()).get()).sum();
  }

  /** Datagrams that came from nobody we know. */
  public long strangers() {
    return sum(counters -> counters.strangers);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    if (!shutdown.compareAndSet(null, mine)) {
      return shutdown.get();
    }
    List<CompletableFuture<Void>> releases = new ArrayList<>();
    // Recordings first: their files are finished while media may still arrive.
    loops.forEach(each -> release(each.recorders(), releases));
    loops.forEach(each -> release(each.players(), releases));
    loops.forEach(each -> release(each.peers().all(), releases));
    loops.forEach(each -> release(each.rtpPeers(), releases));
    CompletableFuture.allOf(releases.toArray(CompletableFuture[]::new))
        .orTimeout(10, TimeUnit.SECONDS)
        .whenCompleteAsync(
            (ignored, failure) -> {
              stopThreads();
              mine.complete(null);
            },
            work -> new Thread(work, "media-shutdown").start());
    return mine;
  }

  private static void release(
      Collection<? extends MediaElement> elements, List<CompletableFuture<Void>> releases) {
    for (MediaElement element : elements) {
      releases.add(element.release().toCompletableFuture());
    }
  }

  private void stopThreads() {
    handshakes.close();
    writers.close();
    readers.close();
    closeSockets();
  }

  @Override
  public void close() {
    shutdown().toCompletableFuture().join();
  }
}

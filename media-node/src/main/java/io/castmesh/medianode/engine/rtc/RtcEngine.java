package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;
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
import io.castmesh.medianode.engine.loop.DatagramPorts;
import io.castmesh.medianode.engine.loop.MediaLoop;
import io.castmesh.medianode.engine.play.FilePlayer;
import io.castmesh.medianode.engine.record.FileRecorder;
import io.castmesh.medianode.engine.sdp.HostCandidates;
import io.castmesh.medianode.engine.stun.StunMessage;
import io.castmesh.medianode.engine.track.BurstEnd;
import io.castmesh.medianode.engine.track.WallClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The media engine over real sockets: one UDP port and one loop thread for everything, a pool for
 * handshakes and one for files.
 */
public final class RtcEngine implements MediaEngine {
  private static final Logger log = LoggerFactory.getLogger(RtcEngine.class);

  /** Handshakes that wait for their peers at the same time; more queue up for a moment. */
  private static final int HANDSHAKE_THREADS = 32;

  private static final int HANDSHAKE_QUEUE = 1024;

  /** A peer that only watches is looked after each 50 ms. */
  private static final int QUIET_TURNS = 5;

  private static final long EXPIRY_INTERVAL = TimeUnit.SECONDS.toNanos(10);

  private final EngineCounters counters = new EngineCounters();
  private final BurstEnd bursts = new BurstEnd();
  private final PeerTable<RtcPeer> peers = new PeerTable<>();
  private final Set<RtcPeer> livePeers = ConcurrentHashMap.newKeySet();
  private final Set<FileRecorder> liveRecorders = ConcurrentHashMap.newKeySet();
  private final Set<PlainRtpPeer> liveRtpPeers = ConcurrentHashMap.newKeySet();
  private final Set<FilePlayer> livePlayers = ConcurrentHashMap.newKeySet();
  private final List<Path> playableFolders;
  private final MediaLoop loop;
  private final PlainRtpPeer.Place rtpPlace;
  private final ThreadPoolExecutor handshakes;
  private final WriterPool writers = new WriterPool();
  private final MediaContext context;
  private final AtomicReference<CompletableFuture<Void>> shutdown = new AtomicReference<>();

  private RtcEngine(MediaNodeConfig config) throws IOException {
    playableFolders = config.playableFolders();
    InetAddress bound = InetAddress.getByName(config.mediaHost());
    loop =
        new MediaLoop(
            new InetSocketAddress(bound, config.mediaPort()),
            "media-loop",
            MediaLoop.Sockets.BEST,
            new Demultiplexer());
    handshakes =
        new ThreadPoolExecutor(
            HANDSHAKE_THREADS,
            HANDSHAKE_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(HANDSHAKE_QUEUE),
            RtcEngine::handshakeThread);
    handshakes.allowCoreThreadTimeOut(true);
    context =
        new MediaContext(
            loop,
            peers,
            DtlsIdentity.create(Instant.now()),
            handshakes,
            HostCandidates.of(
                HostCandidates.addresses(config.announcedAddresses(), bound), loop.port()),
            new WallClock(System.currentTimeMillis(), MediaLoop.now()),
            counters,
            bursts,
            new SecureRandom());
    rtpPlace =
        new PlainRtpPeer.Place(
            new DatagramPorts(
                loop, config.rtpPorts().first(), config.rtpPorts().last(), bursts::run),
            bound,
            HostCandidates.addresses(config.announcedAddresses(), bound).get(0).getHostAddress());
  }

  private static Thread handshakeThread(Runnable work) {
    Thread thread = new Thread(work, "dtls-handshake");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Binds the media port and starts the loop.
   *
   * @throws UncheckedIOException when the port is taken or an address is not ours
   */
  public static RtcEngine start(MediaNodeConfig config) {
    try {
      RtcEngine engine = new RtcEngine(config);
      engine.loop.start();
      WarmUp.startInBackground(engine.context.identity(), engine.handshakes);
      log.info("media on {} port {}", config.mediaHost(), engine.mediaPort());
      return engine;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot open the media port %s:%d: %s"
              .formatted(config.mediaHost(), config.mediaPort(), e.getMessage()),
          e);
    }
  }

  /** The UDP port that was bound. */
  public int mediaPort() {
    return loop.port();
  }

  MediaLoop loop() {
    return loop;
  }

  @Override
  public WebRtcPeer createWebRtcPeer(String id, WebRtcPeer.Listener listener) {
    RtcPeer peer = new RtcPeer(id, context, listener, livePeers::remove);
    livePeers.add(peer);
    try {
      loop.execute(peer::open);
    } catch (RejectedExecutionException closed) {
      livePeers.remove(peer);
      throw new IllegalStateException("the media engine is closed", closed);
    }
    return peer;
  }

  @Override
  public RtpPeer createRtpPeer(
      String id, RtpPeer.Protection protection, SdpPeer.Listener listener) {
    PlainRtpPeer peer =
        new PlainRtpPeer(id, context, rtpPlace, protection, listener, liveRtpPeers::remove);
    liveRtpPeers.add(peer);
    return peer;
  }

  @Override
  public MediaRecorder createRecorder(
      String id, Path file, MediaRecorder.Format format, MediaRecorder.Listener listener) {
    FileRecorder recorder =
        new FileRecorder(
            id, file, format, loop, writers, context.wallClock(), listener, liveRecorders::remove);
    liveRecorders.add(recorder);
    return recorder;
  }

  @Override
  public MediaPlayer createPlayer(String id, Path file, MediaPlayer.Listener listener) {
    FilePlayer player =
        new FilePlayer(
            id,
            file,
            playableFolders,
            loop,
            writers,
            context.wallClock(),
            listener,
            livePlayers::remove);
    livePlayers.add(player);
    return player;
  }

  @Override
  public EngineStats stats() {
    return new EngineStats(
        livePeers.size() + liveRtpPeers.size(),
        liveRecorders.size(),
        counters.packetsReceived.get(),
        counters.packetsSent.get(),
        counters.bytesReceived.get(),
        counters.bytesSent.get(),
        counters.packetsDropped.get() + counters.strangers.get() + loop.sendFailures(),
        counters.packetsRetransmitted.get(),
        counters.mediaPackets.get(),
        counters.mediaPacketsLost.get(),
        counters.nacksReceived.get(),
        counters.nacksSent.get());
  }

  /** Datagrams that came from nobody we know. */
  public long strangers() {
    return counters.strangers.get();
  }

  @Override
  public CompletionStage<Void> shutdown() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    if (!shutdown.compareAndSet(null, mine)) {
      return shutdown.get();
    }
    List<CompletableFuture<Void>> releases = new ArrayList<>();
    // Recordings first: their files are finished while media may still arrive.
    for (MediaElement element : liveRecorders) {
      releases.add(element.release().toCompletableFuture());
    }
    for (MediaElement element : livePlayers) {
      releases.add(element.release().toCompletableFuture());
    }
    for (MediaElement element : livePeers) {
      releases.add(element.release().toCompletableFuture());
    }
    for (MediaElement element : liveRtpPeers) {
      releases.add(element.release().toCompletableFuture());
    }
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

  private void stopThreads() {
    handshakes.shutdown();
    try {
      handshakes.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    handshakes.shutdownNow();
    writers.close();
    rtpPlace.ports().close();
    loop.close();
  }

  @Override
  public void close() {
    shutdown().toCompletableFuture().join();
  }

  /** Tells STUN, DTLS and RTP apart (RFC 7983 section 7) and finds the peer. On the loop. */
  private final class Demultiplexer implements MediaLoop.Handler {
    private int ticks;
    private long nextExpiry = MediaLoop.now() + EXPIRY_INTERVAL;

    @Override
    public void onDatagram(byte[] data, int length, InetSocketAddress from, long now) {
      counters.packetsReceived.increment();
      counters.bytesReceived.add(length);
      int first = length == 0 ? -1 : data[0] & 0xFF;
      if (first >= 0 && first <= 3) {
        onStun(data, length, from, now);
        return;
      }
      RtcPeer peer = peers.byAddress(from);
      if (peer == null) {
        counters.strangers.increment();
      } else if (first >= 128 && first <= 191) {
        peer.connection().onMedia(data, length, now);
      } else if (first >= 20 && first <= 63) {
        peer.connection().onDtls(data, length);
      } else {
        counters.packetsDropped.increment();
      }
    }

    private void onStun(byte[] data, int length, InetSocketAddress from, long now) {
      Optional<StunMessage> message = StunMessage.parse(data, 0, length);
      Optional<RtcPeer> peer = message.flatMap(StunMessage::username).flatMap(peers::byUsername);
      if (peer.isPresent()) {
        peer.get().connection().onStun(message.get(), from, now);
      } else {
        counters.strangers.increment();
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
        peers.expire(now);
      }
      ticks++;
      int turn = 0;
      for (RtcPeer peer : livePeers) {
        // Who sends us media is answered at each tick. A crowd that only watches takes turns.
        if (peer.connection().isReceiving() || (turn++ + ticks) % QUIET_TURNS == 0) {
          peer.connection().tick(now);
        }
      }
      for (PlainRtpPeer peer : liveRtpPeers) {
        peer.tick(now);
      }
      for (FileRecorder recorder : liveRecorders) {
        recorder.tick(now);
      }
      for (FilePlayer player : livePlayers) {
        player.tick(now);
      }
    }
  }
}

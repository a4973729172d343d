package io.castmesh.medianode.kurento;

import io.castmesh.medianode.engine.ElementStats;
import io.castmesh.medianode.engine.EngineStats;
import io.castmesh.medianode.engine.MediaElement;
import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.MediaPlayer;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.SdpPeer;
import io.castmesh.medianode.engine.WebRtcPeer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An engine without sockets, whose media a test starts and stops by hand, so that what the protocol
 * makes of the engine's reports can be seen one by one.
 */
final class MemoryEngine implements MediaEngine {
  final Map<String, Peer> peers = new ConcurrentHashMap<>();
  final Map<String, Recorder> recorders = new ConcurrentHashMap<>();

  /** What answers to offers wait for. */
  volatile CompletableFuture<Void> answers = done(null);

  @Override
  public Peer createWebRtcPeer(String id, WebRtcPeer.Listener listener) {
    Peer peer = new Peer(id, listener);
    peers.put(id, peer);
    return peer;
  }

  @Override
  public RtpPeer createRtpPeer(
      String id, RtpPeer.Protection protection, SdpPeer.Listener listener) {
    return new PlainPeer(id);
  }

  @Override
  public Recorder createRecorder(
      String id, Path file, MediaRecorder.Format format, MediaRecorder.Listener listener) {
    Recorder recorder = new Recorder(id, file, listener);
    recorders.put(id, recorder);
    return recorder;
  }

  @Override
  public MediaPlayer createPlayer(String id, Path file, MediaPlayer.Listener listener) {
    return new Player(id);
  }

  @Override
  public EngineStats stats() {
    return new EngineStats(
        peers.size(),
        recorders.size(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        EngineStats.Drops.NONE,
        EngineStats.Tcp.NONE);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    peers.clear();
    recorders.clear();
    return done(null);
  }

  @Override
  public void close() {
    shutdown();
  }

  private static <V> CompletableFuture<V> done(V value) {
    return CompletableFuture.completedFuture(value);
  }

  /** Remembers what it was told to take in. */
  abstract class Element implements MediaElement {
    final String id;
    final Map<MediaKind, Element> sources =
        java.util.Collections.synchronizedMap(new EnumMap<>(MediaKind.class));

    Element(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void connect(MediaElement sink, MediaKind kind) {
      ((Element) sink).sources.put(kind, this);
    }

    @Override
    public void disconnect(MediaElement sink, MediaKind kind) {
      ((Element) sink).sources.remove(kind, this);
    }
  }

  /** Agrees to whatever is offered, once. */
  abstract class Negotiator extends Element implements SdpPeer {
    volatile ElementStats stats = new ElementStats(0, List.of(), List.of());
    volatile int keyFrameRequests;
    private boolean negotiated;

    Negotiator(String id) {
      super(id);
    }

    @Override
    public synchronized CompletionStage<String> processOffer(String sdpOffer) {
      if (!sdpOffer.startsWith("v=0")) {
        return CompletableFuture.failedFuture(new SdpException("no version"));
      }
      if (negotiated) {
        return CompletableFuture.failedFuture(new IllegalStateException("negotiated"));
      }
      negotiated = true;
      return answers.thenApply(ignored -> "v=0\r\ns=answer\r\n");
    }

    @Override
    public CompletionStage<String> generateOffer(OfferOptions options) {
      return done("v=0\r\ns=offer\r\n");
    }

    @Override
    public CompletionStage<String> processAnswer(String sdpAnswer) {
      return sdpAnswer.startsWith("v=0")
          ? done("v=0\r\ns=offer\r\n")
          : CompletableFuture.failedFuture(new SdpException("no version"));
    }

    @Override
    public void requestKeyFrame() {
      keyFrameRequests++;
    }

    @Override
    public CompletionStage<ElementStats> stats() {
      return done(stats);
    }

    @Override
    public CompletionStage<Void> release() {
      peers.remove(id);
      return done(null);
    }
  }

  /** What it is connected to matters, not what it sends. */
  final class PlainPeer extends Negotiator implements RtpPeer {
    PlainPeer(String id) {
      super(id);
    }
  }

  final class Peer extends Negotiator implements WebRtcPeer {
    final WebRtcPeer.Listener listener;
    volatile String lastCandidate;

    Peer(String id, WebRtcPeer.Listener listener) {
      super(id);
      this.listener = listener;
    }

    @Override
    public CompletionStage<Void> gatherCandidates() {
      listener.onIceState(IceState.GATHERING);
      listener.onIceCandidate("candidate:1 1 UDP 2015364095 127.0.0.1 9 typ host", "0", 0);
      listener.onGatheringDone();
      return done(null);
    }

    @Override
    public void addIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {
      lastCandidate = candidate;
    }
  }

  /** Plays nothing, without end. */
  final class Player extends Element implements MediaPlayer {
    Player(String id) {
      super(id);
    }

    @Override
    public CompletionStage<Void> play() {
      return done(null);
    }

    @Override
    public CompletionStage<Void> pause() {
      return done(null);
    }

    @Override
    public CompletionStage<Void> stop() {
      return done(null);
    }

    @Override
    public CompletionStage<Boolean> seek(long millis) {
      return done(false);
    }

    @Override
    public CompletionStage<Long> position() {
      return done(0L);
    }

    @Override
    public CompletionStage<Info> info() {
      return done(Info.NONE);
    }

    @Override
    public CompletionStage<ElementStats> stats() {
      return done(new ElementStats(0, List.of(), List.of()));
    }

    @Override
    public CompletionStage<Void> release() {
      return done(null);
    }
  }

  final class Recorder extends Element implements MediaRecorder {
    final Path file;
    final MediaRecorder.Listener listener;

    Recorder(String id, Path file, MediaRecorder.Listener listener) {
      super(id);
      this.file = file;
      this.listener = listener;
    }

    @Override
    public void connect(MediaElement sink, MediaKind kind) {
      throw new IllegalArgumentException("a recorder has no media to give");
    }

    @Override
    public CompletionStage<Void> record() {
      listener.onState(State.RECORDING);
      return done(null);
    }

    @Override
    public CompletionStage<Void> pause() {
      listener.onState(State.PAUSED);
      return done(null);
    }

    @Override
    public CompletionStage<Void> stop() {
      listener.onState(State.STOPPED);
      return done(null);
    }

    @Override
    public CompletionStage<ElementStats> stats() {
      return done(new ElementStats(0, List.of(), List.of()));
    }

    @Override
    public CompletionStage<Void> release() {
      recorders.remove(id);
      return done(null);
    }
  }
}

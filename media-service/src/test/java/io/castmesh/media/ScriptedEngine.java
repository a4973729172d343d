package io.castmesh.media;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * The media engine behind the real protocol of the embedded media node, with media that a test
 * starts and stops: what media-service asks of a media server can be seen, step by step.
 */
final class ScriptedEngine implements MediaEngine {
  static final String HELD = "a=held";

  final Map<String, Peer> peers = new ConcurrentHashMap<>();
  final Map<String, Recorder> recorders = new ConcurrentHashMap<>();

  /** What happened to recorders and peers, in order. */
  final List<String> journal = new CopyOnWriteArrayList<>();

  /** What happens before a peer is connected to another. */
  volatile BiConsumer<Peer, Peer> onConnect = (source, sink) -> {};

  /** Peers cannot be made. */
  volatile boolean full;

  /** Offers marked as {@link #HELD} are refused when that is completed, and wait until then. */
  final CompletableFuture<String> refusal = new CompletableFuture<>();

  /** The peers in the order of their creation. */
  final List<Peer> created = new CopyOnWriteArrayList<>();

  @Override
  public Peer createWebRtcPeer(String id, WebRtcPeer.Listener listener) {
    if (full) {
      throw new IllegalStateException("full");
    }
    Peer peer = new Peer(id, listener);
    peers.put(id, peer);
    created.add(peer);
    return peer;
  }

  @Override
  public RtpPeer createRtpPeer(
      String id, RtpPeer.Protection protection, SdpPeer.Listener listener) {
    throw new UnsupportedOperationException("castmesh makes no plain RTP endpoints");
  }

  @Override
  public Recorder createRecorder(
      String id, Path file, MediaRecorder.Format format, MediaRecorder.Listener listener) {
    Recorder recorder = new Recorder(id, file, listener);
    recorders.put(id, recorder);
    return recorder;
  }

  /** The peer that was made last. */
  Peer newest() {
    return created.get(created.size() - 1);
  }

  Collection<Peer> alive() {
    return new ArrayList<>(peers.values());
  }

  @Override
  public MediaPlayer createPlayer(String id, Path file, MediaPlayer.Listener listener) {
    throw new UnsupportedOperationException("nothing here plays");
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
    return done(null);
  }

  @Override
  public void close() {
    shutdown();
  }

  private static <V> CompletableFuture<V> done(V value) {
    return CompletableFuture.completedFuture(value);
  }

  abstract static class Element implements MediaElement {
    final String id;
    final Map<MediaKind, Element> sources =
        Collections.synchronizedMap(new EnumMap<>(MediaKind.class));

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

    @Override
    public CompletionStage<ElementStats> stats() {
      return done(new ElementStats(0, List.of(), List.of()));
    }

    Element videoSource() {
      return sources.get(MediaKind.VIDEO);
    }
  }

  final class Peer extends Element implements WebRtcPeer {
    final List<String> candidates = new CopyOnWriteArrayList<>();
    private final WebRtcPeer.Listener listener;
    volatile int keyFrameRequests;

    Peer(String id, WebRtcPeer.Listener listener) {
      super(id);
      this.listener = listener;
    }

    /** ICE and DTLS come up, and media of both kinds flows both ways. */
    void flow() {
      listener.onConnected(true);
      for (MediaKind kind : MediaKind.values()) {
        listener.onFlowIn(kind, true);
        listener.onFlowOut(kind, true);
      }
    }

    void sendOnly(MediaKind kind) {
      listener.onConnected(true);
      listener.onFlowIn(kind, true);
    }

    @Override
    public void connect(MediaElement sink, MediaKind kind) {
      if (sink instanceof Peer peer && peer != this && kind == MediaKind.VIDEO) {
        onConnect.accept(this, peer);
      }
      super.connect(sink, kind);
    }

    @Override
    public CompletionStage<String> processOffer(String sdpOffer) {
      if (sdpOffer.contains(HELD)) {
        return refusal;
      }
      return sdpOffer.contains("a=garbage")
          ? CompletableFuture.failedFuture(new SdpException("garbage"))
          : done("v=0\r\ns=answer of " + id + "\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
    }

    @Override
    public CompletionStage<String> generateOffer(OfferOptions options) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public CompletionStage<String> processAnswer(String sdpAnswer) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public CompletionStage<Void> gatherCandidates() {
      for (int i = 1; i <= 5; i++) {
        listener.onIceCandidate("candidate:" + i + " 1 UDP 1 127.0.0.1 9 typ host", "0", 0);
        listener.onIceCandidate("candidate:" + i + " 2 UDP 1 127.0.0.1 9 typ host", "0", 0);
      }
      listener.onGatheringDone();
      return done(null);
    }

    @Override
    public void addIceCandidate(String candidate, String sdpMid, int sdpMLineIndex) {
      candidates.add(candidate);
    }

    @Override
    public void requestKeyFrame() {
      keyFrameRequests++;
    }

    @Override
    public CompletionStage<Void> release() {
      journal.add("peer released");
      peers.remove(id);
      return done(null);
    }
  }

  final class Recorder extends Element implements MediaRecorder {
    private final Path file;
    final MediaRecorder.Listener listener;

    Recorder(String id, Path file, MediaRecorder.Listener listener) {
      super(id);
      this.file = file;
      this.listener = listener;
    }

    @Override
    public CompletionStage<Void> record() {
      journal.add("record");
      try {
        Files.writeString(file, "recorded");
        return done(null);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    @Override
    public CompletionStage<Void> pause() {
      return done(null);
    }

    @Override
    public CompletionStage<Void> stop() {
      journal.add("stop");
      return done(null);
    }

    @Override
    public CompletionStage<Void> release() {
      journal.add("recorder released");
      recorders.remove(id);
      return done(null);
    }
  }
}

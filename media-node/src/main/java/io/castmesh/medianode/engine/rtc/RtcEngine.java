package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.MediaNodeConfig;
import io.castmesh.medianode.engine.EngineStats;
import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.engine.MediaRecorder;
import io.castmesh.medianode.engine.WebRtcPeer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The media engine over real sockets: one UDP port, one loop thread. */
public final class RtcEngine implements MediaEngine {

  private RtcEngine() {}

  /** Binds the media port and starts the loop. */
  public static RtcEngine start(MediaNodeConfig config) {
    return new RtcEngine();
  }

  @Override
  public WebRtcPeer createWebRtcPeer(String id, WebRtcPeer.Listener listener) {
    throw new UnsupportedOperationException("not yet: " + id);
  }

  @Override
  public MediaRecorder createRecorder(String id, Path file, MediaRecorder.Listener listener) {
    throw new UnsupportedOperationException("not yet: " + id);
  }

  @Override
  public EngineStats stats() {
    return new EngineStats(0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public CompletionStage<Void> shutdown() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {
    shutdown();
  }
}

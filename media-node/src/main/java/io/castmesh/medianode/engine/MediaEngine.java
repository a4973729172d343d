package io.castmesh.medianode.engine;

import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/**
 * Makes media elements and owns the sockets and threads that they share. Closed once, at the end.
 */
public interface MediaEngine extends AutoCloseable {

  /**
   * @param id appears in logs and statistics
   * @param listener told what happens to the peer connection
   */
  WebRtcPeer createWebRtcPeer(String id, WebRtcPeer.Listener listener);

  /**
   * @param id appears in logs and statistics
   * @param listener told whether media flows
   */
  RtpPeer createRtpPeer(String id, RtpPeer.Protection protection, SdpPeer.Listener listener);

  /**
   * @param id appears in logs and statistics
   * @param file where to record; its folder is created when it is missing
   * @throws IllegalArgumentException for a file where recorders may not write
   */
  MediaRecorder createRecorder(
      String id, Path file, MediaRecorder.Format format, MediaRecorder.Listener listener);

  /**
   * @param id appears in logs and statistics
   * @param file what to play; it is opened by {@link MediaPlayer#play}, and then has to stand in a
   *     folder that may be played from
   */
  MediaPlayer createPlayer(String id, Path file, MediaPlayer.Listener listener);

  /** Counters of the whole engine, for metrics and tests: how much is alive, sent and dropped. */
  EngineStats stats();

  /** Releases every element (recordings are finished), then the sockets and threads. */
  CompletionStage<Void> shutdown();

  @Override
  void close();
}

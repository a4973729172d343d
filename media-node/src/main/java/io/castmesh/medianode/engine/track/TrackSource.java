package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;

/** Where packets of one kind come from. Owned by the engine's loop. */
public interface TrackSource {
  MediaKind kind();

  int clockRate();

  /**
   * What it sends now; null before it is known. A source that changes its codec tells its sinks by
   * {@link TrackSink#onSource}.
   */
  MediaCodec codec();

  /** Adds a sink and tells it; its previous source must have let it go. */
  void add(TrackSink sink);

  /** Removes a sink and tells it; one that is not there is ignored. */
  void remove(TrackSink sink);

  /** Asks for a keyframe, soon and not too often; does nothing for audio. */
  void requestKeyFrame();

  /** A packet that went by lately; null when it is gone. */
  MediaPacket find(long sequence, long now);

  /** How this track's timestamps relate to our wall clock. */
  SenderClock clock();
}

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

  /** How many qualities of the same picture may come at the same time: simulcast (RFC 8853). */
  default int layers() {
    return 1;
  }

  /** A packet of a layer that went by lately; null when it is gone. */
  default MediaPacket find(int layer, long sequence, long now) {
    return find(sequence, now);
  }

  /** How a layer's timestamps relate to our wall clock. */
  default SenderClock clock(int layer) {
    return clock();
  }

  /** Asks for a keyframe of a layer. */
  default void requestKeyFrame(int layer) {
    requestKeyFrame();
  }

  /**
   * Where somebody who joins now can begin in a layer, see {@link PacketHistory#joinAt}: from there
   * on {@link #find} gives the packets. -1: with the next keyframe.
   */
  default long joinAt(int layer, JoinLimits limits, long now) {
    return -1;
  }

  /**
   * Whether somebody may join with what went by however long ago: a film that stands still, unlike
   * a camera, goes on with the picture after the last one.
   */
  default boolean isLasting() {
    return false;
  }

  /** The newest packet of a layer that {@link #find} gives; -1 before the first one. */
  default long newest(int layer) {
    return -1;
  }

  /**
   * Whether the rest of a picture is about to come: after a packet that is neither its last (RFC
   * 3550 section 5.1, the marker) nor one that comes late, which somebody may wait for.
   */
  default boolean isUnfinished(MediaPacket packet) {
    return kind() == MediaKind.VIDEO
        && !packet.marker()
        && packet.sequence() >= newest(packet.layer());
  }

  /**
   * What comes of a layer just now.
   *
   * @param temporalLayer with pictures up to this one
   * @return bits per second; 0 when nothing comes or it is not known
   */
  default long bitrate(int layer, int temporalLayer, long now) {
    return 0;
  }
}

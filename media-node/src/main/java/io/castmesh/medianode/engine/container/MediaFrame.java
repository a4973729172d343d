package io.castmesh.medianode.engine.container;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;

/**
 * A frame as files hold it: a picture or an audio packet. H.264 comes as NAL units behind four
 * bytes of length, AV1 as OBUs with sizes and without temporal delimiters.
 *
 * @param timeMillis since the beginning of the file
 * @param keyFrame always, for audio
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record MediaFrame(MediaCodec codec, long timeMillis, boolean keyFrame, byte[] data) {
  public MediaKind kind() {
    return codec.kind();
  }
}

package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.Params;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * Formats that a client wants an element to convert to. A Kurento server converts where a source
 * has another one; this node forwards what comes, so that they are checked and have no effect.
 */
final class MediaFormats {
  private static final Set<String> AUDIO_CODECS = Set.of("OPUS", "PCMU", "PCMA", "RAW");
  private static final Set<String> VIDEO_CODECS =
      Set.of("H265", "AV1", "VP9", "VP8", "H264", "RAW");

  private MediaFormats() {}

  /** Kurento: {@code AudioCaps}. */
  static Object checkAudio(JsonObject value) {
    Params caps = Params.properties(value);
    caps.string("codec");
    caps.optionalName("codec", "AudioCodec", AUDIO_CODECS);
    caps.integer("bitrate");
    return null;
  }

  /** Kurento: {@code VideoCaps}. */
  static Object checkVideo(JsonObject value) {
    Params caps = Params.properties(value);
    caps.string("codec");
    caps.optionalName("codec", "VideoCodec", VIDEO_CODECS);
    Params framerate = Params.properties(caps.object("framerate"));
    framerate.integer("numerator");
    framerate.integer("denominator");
    return null;
  }
}

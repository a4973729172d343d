package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.IOException;

/** The tracks of a file that is read: the first of each kind that can be passed on. */
final class WebmTracks {
  private static final byte VP9_PROFILE = 1;

  private VideoFormat video;
  private long videoNumber = -1;
  private long audioNumber = -1;

  void read(WebmElements entries) throws IOException {
    while (entries.next()) {
      if (entries.id() == WebmId.TRACK_ENTRY) {
        readEntry(entries.children());
      }
    }
  }

  private void readEntry(WebmElements entry) throws IOException {
    long number = -1;
    MediaCodec codec = null;
    byte[] configuration = {};
    int width = 0;
    int height = 0;
    while (entry.next()) {
      switch (entry.id()) {
        case WebmId.TRACK_NUMBER -> number = entry.unsigned();
        case WebmId.CODEC_ID -> codec = WebmCodecs.codec(entry.text());
        case WebmId.CODEC_PRIVATE -> configuration = entry.binary();
        case WebmId.VIDEO -> {
          WebmElements picture = entry.children();
          while (picture.next()) {
            if (picture.id() == WebmId.PIXEL_WIDTH) {
              width = (int) picture.unsigned();
            } else if (picture.id() == WebmId.PIXEL_HEIGHT) {
              height = (int) picture.unsigned();
            }
          }
        }
        default -> {}
      }
    }
    if (codec == MediaCodec.OPUS && audioNumber < 0) {
      audioNumber = number;
    } else if (codec != null && codec.kind() == MediaKind.VIDEO && videoNumber < 0) {
      videoNumber = number;
      byte[] known = codec == MediaCodec.VP9 ? profile(configuration) : configuration;
      video = new VideoFormat(codec, width, height, known);
    }
  }

  /** Of VP9: a list of numbers, each with its length and value (WebM container guidelines). */
  private static byte[] profile(byte[] features) {
    for (int at = 0; at + 2 < features.length; at += 2 + (features[at + 1] & 0xFF)) {
      if (features[at] == VP9_PROFILE) {
        return new byte[] {features[at + 2]};
      }
    }
    return new byte[0];
  }

  VideoFormat video() {
    return video;
  }

  boolean hasAudio() {
    return audioNumber >= 0;
  }

  /** Of a track by its number; null for one that is not played. */
  MediaCodec codec(long number) {
    if (number == videoNumber) {
      return video.codec();
    }
    return number == audioNumber ? MediaCodec.OPUS : null;
  }
}

package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The part of a file before its clusters. Every element has a fixed place with room to grow, so
 * that tracks, duration and index can be filled in later without moving anything.
 */
final class WebmHeader {
  static final int VIDEO_TRACK = 1;
  static final int AUDIO_TRACK = 2;

  /** Where the Segment's content begins; positions in the index count from here. */
  static final int SEGMENT_CONTENT = 52;

  static final int SEGMENT_SIZE_AT = SEGMENT_CONTENT - 8;
  static final int SEEK_HEAD_AT = SEGMENT_CONTENT;
  private static final int SEEK_HEAD_ROOM = 128;
  static final int INFO_AT = SEEK_HEAD_AT + SEEK_HEAD_ROOM;
  private static final int INFO_ROOM = 128;
  static final int TRACKS_AT = INFO_AT + INFO_ROOM;
  private static final int TRACKS_ROOM = 4096;
  static final int CLUSTERS_AT = TRACKS_AT + TRACKS_ROOM;

  private static final int VIDEO_TYPE = 1;
  private static final int AUDIO_TYPE = 2;
  private static final int NANOS_PER_MILLI = 1_000_000;

  /** What an Opus decoder needs before its output is right (RFC 7845 section 4.6). */
  private static final int SEEK_PRE_ROLL_NANOS = 80_000_000;

  private WebmHeader() {}

  /**
   * EBML header and start of the Segment, whose size is unknown while it grows.
   *
   * @param webm false for what only Matroska may hold
   */
  static byte[] start(boolean webm) {
    Ebml out = new Ebml(SEGMENT_CONTENT);
    out.master(
        WebmId.EBML,
        new Ebml(64)
            .unsigned(WebmId.EBML_VERSION, 1)
            .unsigned(WebmId.EBML_READ_VERSION, 1)
            .unsigned(WebmId.EBML_MAX_ID_LENGTH, 4)
            // Both names take the same room: no Void may follow, some readers take it for damage.
            .unsigned(WebmId.EBML_MAX_SIZE_LENGTH, 8, webm ? 5 : 1)
            .text(WebmId.DOC_TYPE, webm ? "webm" : "matroska")
            .unsigned(WebmId.DOC_TYPE_VERSION, 4)
            .unsigned(WebmId.DOC_TYPE_READ_VERSION, 2));
    return out.id(WebmId.SEGMENT).longSize((1L << 56) - 1).toByteArray();
  }

  /**
   * The index of the index.
   *
   * @param cuesAt offset of the Cues in the file; 0 while there are none
   */
  static byte[] seekHead(long cuesAt) {
    Ebml entries = new Ebml(SEEK_HEAD_ROOM);
    seek(entries, WebmId.INFO, INFO_AT);
    seek(entries, WebmId.TRACKS, TRACKS_AT);
    if (cuesAt != 0) {
      seek(entries, WebmId.CUES, cuesAt);
    }
    return new Ebml(SEEK_HEAD_ROOM)
        .master(WebmId.SEEK_HEAD, entries)
        .padTo(SEEK_HEAD_ROOM)
        .toByteArray();
  }

  private static void seek(Ebml out, int id, long at) {
    out.master(
        WebmId.SEEK,
        new Ebml(32)
            .binary(WebmId.SEEK_ID, ByteBuffer.allocate(4).putInt(id).array())
            .unsigned(WebmId.SEEK_POSITION, at - SEGMENT_CONTENT));
  }

  static byte[] info(long durationMillis) {
    Ebml content =
        new Ebml(INFO_ROOM)
            .unsigned(WebmId.TIMESTAMP_SCALE, NANOS_PER_MILLI)
            .text(WebmId.MUXING_APP, "castmesh")
            .text(WebmId.WRITING_APP, "castmesh")
            .number(WebmId.DURATION, durationMillis);
    return new Ebml(INFO_ROOM).master(WebmId.INFO, content).padTo(INFO_ROOM).toByteArray();
  }

  /**
   * @param video null for none
   */
  static byte[] tracks(VideoFormat video, boolean audio) {
    Ebml entries = new Ebml(TRACKS_ROOM);
    if (video != null) {
      Ebml picture =
          new Ebml(16)
              .unsigned(WebmId.PIXEL_WIDTH, video.width())
              .unsigned(WebmId.PIXEL_HEIGHT, video.height());
      Ebml track = track(VIDEO_TRACK, VIDEO_TYPE, WebmCodecs.id(video.codec()));
      if (WebmCodecs.hasPrivate(video)) {
        track.binary(WebmId.CODEC_PRIVATE, video.configuration());
      }
      entries.master(WebmId.TRACK_ENTRY, track.master(WebmId.VIDEO, picture));
    }
    if (audio) {
      Ebml sound =
          new Ebml(16).number(WebmId.SAMPLING_FREQUENCY, 48_000).unsigned(WebmId.CHANNELS, 2);
      entries.master(
          WebmId.TRACK_ENTRY,
          track(AUDIO_TRACK, AUDIO_TYPE, WebmCodecs.id(MediaCodec.OPUS))
              .binary(WebmId.CODEC_PRIVATE, opusHead())
              .unsigned(WebmId.CODEC_DELAY, 0)
              .unsigned(WebmId.SEEK_PRE_ROLL, SEEK_PRE_ROLL_NANOS)
              .master(WebmId.AUDIO, sound));
    }
    return new Ebml(TRACKS_ROOM).master(WebmId.TRACKS, entries).padTo(TRACKS_ROOM).toByteArray();
  }

  private static Ebml track(int number, int type, String codec) {
    return new Ebml(128)
        .unsigned(WebmId.TRACK_NUMBER, number)
        .unsigned(WebmId.TRACK_UID, number)
        .unsigned(WebmId.TRACK_TYPE, type)
        .unsigned(WebmId.FLAG_LACING, 0)
        .text(WebmId.CODEC_ID, codec);
  }

  /**
   * The identification header a WebRTC stream never sends (RFC 7845 section 5.1): two channels, no
   * pre-skip, as the stream was cut out of a longer one.
   */
  private static byte[] opusHead() {
    return ByteBuffer.allocate(19)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("OpusHead".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 2)
        .putShort((short) 0)
        .putInt(48_000)
        .putShort((short) 0)
        .put((byte) 0)
        .array();
  }
}

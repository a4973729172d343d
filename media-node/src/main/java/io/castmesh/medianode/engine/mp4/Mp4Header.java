package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.IOException;

/**
 * What stands before the fragments: file type and an empty movie that tells the tracks. Times are
 * in milliseconds everywhere.
 */
final class Mp4Header {
  static final int VIDEO_TRACK = 1;
  static final int AUDIO_TRACK = 2;
  static final int TIMESCALE = 1000;

  private static final int OPUS_RATE = 48_000;
  private static final int[] UNITY = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
  private static final int UNDETERMINED = 0x55C4; // the language "und"

  private Mp4Header() {}

  /**
   * Always of that length, so that a track can join and the duration can be filled in later: what
   * is not needed is a free box (section 8.1.2).
   *
   * @param video null for none
   * @throws IOException when it does not fit: the sender's parameters are absurd
   */
  static byte[] of(VideoFormat video, boolean audio, long durationMillis, int bytes)
      throws IOException {
    Mp4Boxes out = new Mp4Boxes(2048);
    out.box("ftyp", b -> b.text("iso6").u32(1).text("iso6").text("cmfc").text("mp41"));
    out.box(
        "moov",
        moov -> {
          moov.fullBox(
              "mvhd",
              1,
              0,
              b -> {
                b.u64(0).u64(0).u32(TIMESCALE).u64(0);
                b.u32(0x10000).u16(0x100).zeros(10);
                matrix(b).zeros(24).u32(AUDIO_TRACK + 1);
              });
          if (video != null) {
            video(moov, video);
          }
          if (audio) {
            audio(moov);
          }
          moov.box(
              "mvex",
              mvex -> {
                mvex.fullBox("mehd", 1, 0, b -> b.u64(durationMillis));
                if (video != null) {
                  trex(mvex, VIDEO_TRACK);
                }
                if (audio) {
                  trex(mvex, AUDIO_TRACK);
                }
              });
        });
    int free = bytes - out.length() - 8;
    if (free < 0) {
      throw new IOException("no room for the parameters of the tracks");
    }
    out.box("free", b -> b.zeros(free));
    return out.toByteArray();
  }

  private static Mp4Boxes matrix(Mp4Boxes out) {
    for (int value : UNITY) {
      out.u32(value);
    }
    return out;
  }

  private static void trex(Mp4Boxes out, int track) {
    out.fullBox("trex", 0, 0, b -> b.u32(track).u32(1).u32(0).u32(0).u32(0));
  }

  private static void video(Mp4Boxes moov, VideoFormat video) {
    moov.box(
        "trak",
        trak -> {
          header(trak, VIDEO_TRACK, video.width(), video.height());
          media(
              trak,
              "vide",
              minf -> minf.fullBox("vmhd", 0, 1, b -> b.zeros(8)),
              entries -> picture(entries, video));
        });
  }

  private static void picture(Mp4Boxes out, VideoFormat video) {
    out.box(
        Mp4Codecs.entry(video.codec()),
        b -> {
          b.zeros(6).u16(1).zeros(16);
          b.u16(video.width()).u16(video.height());
          b.u32(0x480000).u32(0x480000).u32(0).u16(1).zeros(32).u16(24).u16(0xFFFF);
          String configuration = Mp4Codecs.configuration(video.codec());
          if (configuration.equals("vpcC")) {
            b.fullBox(configuration, 1, 0, c -> c.raw(video.configuration()));
          } else {
            b.box(configuration, c -> c.raw(video.configuration()));
          }
        });
  }

  private static void audio(Mp4Boxes moov) {
    moov.box(
        "trak",
        trak -> {
          header(trak, AUDIO_TRACK, 0, 0);
          media(trak, "soun", minf -> minf.fullBox("smhd", 0, 0, b -> b.zeros(4)), Mp4Header::opus);
        });
  }

  /** Encapsulation of Opus in ISO Base Media File Format, sections 4.3.1 and 4.3.2. */
  private static void opus(Mp4Boxes out) {
    out.box(
        "Opus",
        b -> {
          b.zeros(6).u16(1).zeros(8).u16(2).u16(16).zeros(4).u32((long) OPUS_RATE << 16);
          b.box("dOps", c -> c.u8(0).u8(2).u16(0).u32(OPUS_RATE).u16(0).u8(0));
        });
  }

  private static void header(Mp4Boxes trak, int track, int width, int height) {
    trak.fullBox(
        "tkhd",
        1,
        7, // enabled, in the movie, in its preview
        b -> {
          b.u64(0).u64(0).u32(track).u32(0).u64(0).zeros(8);
          b.u16(0).u16(0).u16(width == 0 ? 0x100 : 0).u16(0);
          matrix(b).u32((long) width << 16).u32((long) height << 16);
        });
  }

  private static void media(
      Mp4Boxes trak,
      String handler,
      java.util.function.Consumer<Mp4Boxes> kind,
      java.util.function.Consumer<Mp4Boxes> entry) {
    trak.box(
        "mdia",
        mdia -> {
          mdia.fullBox(
              "mdhd", 1, 0, b -> b.u64(0).u64(0).u32(TIMESCALE).u64(0).u16(UNDETERMINED).u16(0));
          mdia.fullBox("hdlr", 0, 0, b -> b.u32(0).text(handler).zeros(12).text("castmesh").u8(0));
          mdia.box(
              "minf",
              minf -> {
                kind.accept(minf);
                minf.box(
                    "dinf",
                    dinf ->
                        dinf.fullBox("dref", 0, 0, b -> b.u32(1).fullBox("url ", 0, 1, c -> {})));
                minf.box(
                    "stbl",
                    stbl -> {
                      stbl.fullBox("stsd", 0, 0, b -> entry.accept(b.u32(1)));
                      stbl.fullBox("stts", 0, 0, b -> b.u32(0));
                      stbl.fullBox("stsc", 0, 0, b -> b.u32(0));
                      stbl.fullBox("stsz", 0, 0, b -> b.u32(0).u32(0));
                      stbl.fullBox("stco", 0, 0, b -> b.u32(0));
                    });
              });
        });
  }
}

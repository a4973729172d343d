package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tracks of a file that is read, and what its fragments hold of them. */
final class Mp4Tracks {
  private static final long NON_SYNC = 0x10000;

  /** Of a fragment: an hour of sound has fewer. */
  private static final int MAX_SAMPLES = 1 << 18;

  /** A mask for times in units of a timescale, so that milliseconds can be told of them. */
  private static final long MAX_TIME = (1L << 52) - 1;

  /**
   * A frame in the file.
   *
   * @param at offset from the file's beginning
   */
  record Sample(
      MediaCodec codec, long timeMillis, long lengthMillis, boolean keyFrame, long at, int size) {}

  /** One track as the movie box tells it. */
  private static final class Track {
    long id;
    long timescale = Mp4Header.TIMESCALE;
    MediaCodec codec;
    int width;
    int height;
    byte[] configuration = {};

    /** From trex: used where a fragment does not say. */
    long duration;

    long size;
    long flags;
  }

  private final Map<Long, Track> tracks = new TreeMap<>();

  boolean areKnown() {
    return tracks.values().stream().anyMatch(t -> t.codec != null);
  }

  VideoFormat video() {
    return tracks.values().stream()
        .filter(t -> t.codec != null && t.codec.kind() == MediaKind.VIDEO)
        .findFirst()
        .map(t -> new VideoFormat(t.codec, t.width, t.height, t.configuration))
        .orElse(null);
  }

  boolean hasAudio() {
    return tracks.values().stream().anyMatch(t -> t.codec == MediaCodec.OPUS);
  }

  void readMovie(Mp4Box moov) {
    moov.forEach(
        (type, box) -> {
          if (type.equals("trak")) {
            Track track = new Track();
            readTrack(track, box);
            tracks.put(track.id, track);
          } else if (type.equals("mvex")) {
            box.forEach((inner, content) -> readDefaults(inner, content));
          }
        });
  }

  private void readDefaults(String type, Mp4Box box) {
    if (type.equals("trex")) {
      Track track = tracks.get(box.skip(4).u32());
      box.skip(4);
      if (track != null) {
        track.duration = box.u32();
        track.size = box.u32();
        track.flags = box.u32();
      }
    }
  }

  private static void readTrack(Track track, Mp4Box box) {
    box.forEach(
        (type, content) -> {
          switch (type) {
            case "mdia", "minf", "stbl" -> readTrack(track, content);
            case "tkhd" -> track.id = content.skip(content.u8() == 1 ? 3 + 16 : 3 + 8).u32();
            case "mdhd" ->
                track.timescale =
                    Math.max(1, content.skip(content.u8() == 1 ? 3 + 16 : 3 + 8).u32());
            case "stsd" ->
                content.skip(8).forEach((entry, inner) -> readEntry(track, entry, inner));
            default -> {}
          }
        });
  }

  private static void readEntry(Track track, String entry, Mp4Box box) {
    track.codec = Mp4Codecs.codec(entry);
    if (track.codec == null || track.codec.kind() == MediaKind.AUDIO) {
      return;
    }
    box.skip(24);
    track.width = box.u16();
    track.height = box.u16();
    box.skip(50);
    box.forEach(
        (type, content) -> {
          if (type.equals(Mp4Codecs.configuration(track.codec))) {
            track.configuration = content.skip(type.equals("vpcC") ? 4 : 0).rest();
          }
        });
  }

  /** The frames of a fragment, track by track. */
  List<Sample> samples(Mp4Box moof, long moofAt) {
    List<Sample> samples = new ArrayList<>();
    moof.forEach(
        (type, traf) -> {
          if (type.equals("traf")) {
            new Run(moofAt).read(traf, samples);
          }
        });
    return samples;
  }

  /** What a traf box says, while it is read. */
  private final class Run {
    private long base;
    private Track track;
    private long duration;
    private long size;
    private long flags;
    private long time;

    Run(long moofAt) {
      base = moofAt;
    }

    void read(Mp4Box traf, List<Sample> out) {
      traf.forEach(
          (type, box) -> {
            switch (type) {
              case "tfhd" -> header(box);
              case "tfdt" ->
                  time = (box.u8() == 1 ? box.skip(3).u64() : box.skip(3).u32()) & MAX_TIME;
              case "trun" -> run(box, out);
              default -> {}
            }
          });
    }

    private void header(Mp4Box box) {
      long bits = box.u32();
      track = tracks.get(box.u32());
      if (track == null) {
        return;
      }
      base = (bits & 0x01) != 0 ? box.u64() : base;
      box.skip((bits & 0x02) != 0 ? 4 : 0);
      duration = (bits & 0x08) != 0 ? box.u32() : track.duration;
      size = (bits & 0x10) != 0 ? box.u32() : track.size;
      flags = (bits & 0x20) != 0 ? box.u32() : track.flags;
    }

    private void run(Mp4Box box, List<Sample> out) {
      if (track == null || track.codec == null) {
        return;
      }
      long bits = box.u32();
      long count = Math.min(box.u32(), MAX_SAMPLES - out.size());
      boolean alike = (bits & 0xF00) == 0; // all are described by the defaults
      long at = base + ((bits & 0x01) != 0 ? (int) box.u32() : 0);
      long firstFlags = (bits & 0x04) != 0 ? box.u32() : -1;
      for (long i = 0; i < count && (alike || box.hasMore()); i++) {
        long sampleDuration = (bits & 0x100) != 0 ? box.u32() : duration;
        long sampleSize = (bits & 0x200) != 0 ? box.u32() : size;
        long sampleFlags = (bits & 0x400) != 0 ? box.u32() : flags;
        if (i == 0 && firstFlags >= 0) {
          sampleFlags = firstFlags;
        }
        box.skip((bits & 0x800) != 0 ? 4 : 0);
        boolean key = track.codec == MediaCodec.OPUS || (sampleFlags & NON_SYNC) == 0;
        out.add(
            new Sample(
                track.codec,
                time * 1000 / track.timescale,
                sampleDuration * 1000 / track.timescale,
                key,
                at,
                (int) Math.min(Integer.MAX_VALUE, sampleSize)));
        time += sampleDuration;
        at += sampleSize;
      }
    }
  }
}

package io.castmesh.medianode.engine.mp4;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.container.MediaFrame;
import java.util.ArrayList;
import java.util.List;

/** Frames that gather for one moof with its mdat (ISO/IEC 14496-12 sections 8.8 and 8.1.1). */
final class Mp4Fragment {
  /** Needs no other picture; needs others. */
  private static final int SYNC = 0x02000000;

  private static final int NON_SYNC = 0x01010000;

  /** The offset, then duration, size and flags of each sample. */
  private static final int RUN_FLAGS = 0x01 | 0x100 | 0x200 | 0x400;

  private static final int BASE_IS_MOOF = 0x020000;

  private final List<MediaFrame> video = new ArrayList<>();
  private final List<MediaFrame> audio = new ArrayList<>();
  private long bytes;

  void add(MediaFrame frame) {
    (frame.kind() == MediaKind.VIDEO ? video : audio).add(frame);
    bytes += frame.data().length;
  }

  boolean isEmpty() {
    return video.isEmpty() && audio.isEmpty();
  }

  long bytes() {
    return bytes;
  }

  /** The time of the first frame. */
  long start() {
    long start = Long.MAX_VALUE;
    for (List<MediaFrame> frames : List.of(video, audio)) {
      if (!frames.isEmpty()) {
        start = Math.min(start, frames.get(0).timeMillis());
      }
    }
    return start;
  }

  boolean startsWithKeyFrame() {
    return !video.isEmpty() && video.get(0).keyFrame();
  }

  boolean hasVideo() {
    return !video.isEmpty();
  }

  /**
   * Its bytes.
   *
   * @param sequence rises from one fragment to the next
   * @param next times of the frames of video and audio that follow; a sample lasts until then
   */
  byte[] encode(int sequence, long nextVideo, long nextAudio) {
    Mp4Boxes out = new Mp4Boxes((int) bytes + 24 * (video.size() + audio.size()) + 256);
    List<Integer> offsets = new ArrayList<>();
    out.box(
        "moof",
        moof -> {
          moof.fullBox("mfhd", 0, 0, b -> b.u32(sequence));
          track(moof, Mp4Header.VIDEO_TRACK, video, nextVideo, offsets);
          track(moof, Mp4Header.AUDIO_TRACK, audio, nextAudio, offsets);
        });
    int at = out.length() + 8;
    int run = 0;
    for (List<MediaFrame> frames : List.of(video, audio)) {
      if (!frames.isEmpty()) {
        out.patch(offsets.get(run++), at);
        at += frames.stream().mapToInt(f -> f.data().length).sum();
      }
    }
    out.box(
        "mdat",
        mdat -> {
          video.forEach(frame -> mdat.raw(frame.data()));
          audio.forEach(frame -> mdat.raw(frame.data()));
        });
    return out.toByteArray();
  }

  private static void track(
      Mp4Boxes moof, int track, List<MediaFrame> frames, long next, List<Integer> offsets) {
    if (frames.isEmpty()) {
      return;
    }
    moof.box(
        "traf",
        traf -> {
          traf.fullBox("tfhd", 0, BASE_IS_MOOF, b -> b.u32(track));
          traf.fullBox("tfdt", 1, 0, b -> b.u64(frames.get(0).timeMillis()));
          traf.fullBox(
              "trun",
              0,
              RUN_FLAGS,
              trun -> {
                trun.u32(frames.size());
                offsets.add(trun.length());
                trun.u32(0);
                for (int i = 0; i < frames.size(); i++) {
                  MediaFrame frame = frames.get(i);
                  long end = i + 1 < frames.size() ? frames.get(i + 1).timeMillis() : next;
                  trun.u32(Math.max(1, end - frame.timeMillis()));
                  trun.u32(frame.data().length);
                  trun.u32(frame.keyFrame() ? SYNC : NON_SYNC);
                }
              });
        });
  }
}

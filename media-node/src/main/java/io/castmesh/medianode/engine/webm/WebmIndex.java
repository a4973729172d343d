package io.castmesh.medianode.engine.webm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/** Where one can seek to in a file, and how long it is. */
final class WebmIndex {
  /** Before two frames told. */
  private static final long ASSUMED_FRAME_MILLIS = 20;

  private static final long MAX_FRAME_MILLIS = 1000;

  private record Cue(long timeMillis, int track, long clusterAt) {}

  private final List<Cue> cues = new ArrayList<>();
  private final long[] lastTime = {-1, -1, -1};
  private final long[] end = {0, 0, 0};

  void cue(long timeMillis, int track, long clusterAt) {
    cues.add(new Cue(timeMillis, track, clusterAt));
  }

  /** A frame lasts as long as the one before it did. */
  void frame(int track, long timeMillis) {
    long before = lastTime[track];
    long length =
        before < 0
            ? ASSUMED_FRAME_MILLIS
            : Math.max(1, Math.min(MAX_FRAME_MILLIS, timeMillis - before));
    lastTime[track] = timeMillis;
    end[track] = Math.max(end[track], timeMillis + length);
  }

  long durationMillis() {
    return Math.max(end[WebmHeader.VIDEO_TRACK], end[WebmHeader.AUDIO_TRACK]);
  }

  /**
   * Completes a file: Cues behind the clusters, then everything in the header that was unknown.
   *
   * @param clustersEnd where the last cluster ends
   */
  void writeTo(FileChannel file, long clustersEnd) throws IOException {
    Ebml points = new Ebml(64 * Math.max(1, cues.size()));
    for (Cue cue : cues) {
      Ebml position =
          new Ebml(32)
              .unsigned(WebmId.CUE_TRACK, cue.track())
              .unsigned(WebmId.CUE_CLUSTER_POSITION, cue.clusterAt() - WebmHeader.SEGMENT_CONTENT);
      points.master(
          WebmId.CUE_POINT,
          new Ebml(48)
              .unsigned(WebmId.CUE_TIME, cue.timeMillis())
              .master(WebmId.CUE_TRACK_POSITIONS, position));
    }
    byte[] element = new Ebml(points.length() + 16).master(WebmId.CUES, points).toByteArray();
    long cuesAt = cues.isEmpty() ? 0 : clustersEnd;
    long fileEnd = clustersEnd;
    if (cuesAt != 0) {
      write(file, element, cuesAt);
      fileEnd += element.length;
    }
    file.truncate(fileEnd);
    write(file, WebmHeader.seekHead(cuesAt), WebmHeader.SEEK_HEAD_AT);
    write(file, WebmHeader.info(durationMillis()), WebmHeader.INFO_AT);
    write(
        file,
        new Ebml(8).longSize(fileEnd - WebmHeader.SEGMENT_CONTENT).toByteArray(),
        WebmHeader.SEGMENT_SIZE_AT);
  }

  private static void write(FileChannel file, byte[] bytes, long at) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long next = at;
    while (buffer.hasRemaining()) {
      next += file.write(buffer, next);
    }
  }
}

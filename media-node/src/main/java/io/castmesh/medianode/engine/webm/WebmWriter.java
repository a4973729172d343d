package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.container.MediaFileWriter;
import io.castmesh.medianode.engine.container.MediaFrame;
import io.castmesh.medianode.engine.container.VideoFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Writes one file. Frames gather in memory for a cluster of at most {@link #CLUSTER_MILLIS}, which
 * then goes to the file in one piece: whenever the process dies, what is there is whole.
 *
 * <p>Belongs to one thread. Frames of one track come in the order of their times; times are in
 * milliseconds from the beginning.
 */
public final class WebmWriter implements MediaFileWriter {
  static final long CLUSTER_MILLIS = MAX_UNWRITTEN_MILLIS / 2;

  private static final int MAX_CLUSTER_BYTES = 8 << 20;

  /** Without video every cluster could be a cue: one in five is enough. */
  private static final long AUDIO_CUE_MILLIS = 5000;

  private static final int KEY_FRAME_FLAG = 0x80;

  private final FileChannel file;
  private final Ebml cluster = new Ebml(256 << 10);
  private final WebmIndex index = new WebmIndex();
  private VideoFormat video;
  private boolean audio;
  private boolean headerWritten;
  private long position = WebmHeader.CLUSTERS_AT;
  private long clusterTime;
  private boolean clusterOpen;
  private long lastAudioCue = -AUDIO_CUE_MILLIS;

  /**
   * Creates the file, empty; an older one of that name is overwritten.
   *
   * @throws IOException when it cannot be written
   */
  public WebmWriter(Path path) throws IOException {
    file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Override
  public void write(MediaFrame frame) throws IOException {
    if (frame.kind() == MediaKind.VIDEO) {
      writeVideo(frame);
    } else {
      writeAudio(frame);
    }
  }

  private void writeVideo(MediaFrame frame) throws IOException {
    if (video == null) {
      Optional<VideoFormat> format = frame.keyFrame() ? VideoFormat.of(frame) : Optional.empty();
      if (format.isEmpty()) {
        return;
      }
      video = format.get();
      writeHeader();
    }
    if (frame.keyFrame()) {
      flush();
    }
    openCluster(frame.timeMillis());
    if (frame.keyFrame()) {
      index.cue(frame.timeMillis(), WebmHeader.VIDEO_TRACK, position);
    }
    block(WebmHeader.VIDEO_TRACK, frame);
  }

  private void writeAudio(MediaFrame frame) throws IOException {
    if (!audio) {
      audio = true;
      writeHeader();
    }
    long time = frame.timeMillis();
    openCluster(time);
    if (video == null && time - lastAudioCue >= AUDIO_CUE_MILLIS) {
      lastAudioCue = time;
      index.cue(time, WebmHeader.AUDIO_TRACK, position);
    }
    block(WebmHeader.AUDIO_TRACK, frame);
  }

  /** Written again when a track joins: its place is reserved. */
  private void writeHeader() throws IOException {
    // A name that players may go by, and all they know when the process dies.
    writeAt(WebmHeader.start(video == null || WebmCodecs.inWebm(video.codec())), 0);
    if (!headerWritten) {
      headerWritten = true;
      writeAt(WebmHeader.seekHead(0), WebmHeader.SEEK_HEAD_AT);
      writeAt(WebmHeader.info(0), WebmHeader.INFO_AT);
    }
    writeAt(WebmHeader.tracks(video, audio), WebmHeader.TRACKS_AT);
  }

  private void openCluster(long timeMillis) throws IOException {
    boolean full =
        clusterOpen
            && (timeMillis - clusterTime >= CLUSTER_MILLIS
                || timeMillis - clusterTime < Short.MIN_VALUE
                || cluster.length() > MAX_CLUSTER_BYTES);
    if (full) {
      flush();
    }
    if (!clusterOpen) {
      clusterOpen = true;
      clusterTime = timeMillis;
      cluster.unsigned(WebmId.TIMESTAMP, timeMillis);
    }
  }

  private void block(int track, MediaFrame frame) {
    byte[] data = frame.data();
    cluster.id(WebmId.SIMPLE_BLOCK).size(4L + data.length);
    cluster.octet(0x80 | track).signedShort((int) (frame.timeMillis() - clusterTime));
    cluster.octet(frame.keyFrame() ? KEY_FRAME_FLAG : 0).raw(data, 0, data.length);
    index.frame(track, frame.timeMillis());
  }

  @Override
  /** Writes what has gathered; the duration so far goes into the header with it. */
  public void flush() throws IOException {
    if (!clusterOpen) {
      return;
    }
    byte[] start = new Ebml(16).id(WebmId.CLUSTER).size(cluster.length()).toByteArray();
    ByteBuffer whole = ByteBuffer.allocate(start.length + cluster.length());
    whole.put(start).put(cluster.data(), 0, cluster.length()).flip();
    writeFully(whole, position);
    position += whole.limit();
    clusterOpen = false;
    cluster.clear();
    writeAt(WebmHeader.info(index.durationMillis()), WebmHeader.INFO_AT);
  }

  @Override
  public void finish() throws IOException {
    flush();
    if (headerWritten) {
      index.writeTo(file, position);
    }
    file.force(true);
    file.close();
  }

  @Override
  public long durationMillis() {
    return index.durationMillis();
  }

  private void writeAt(byte[] bytes, long at) throws IOException {
    writeFully(ByteBuffer.wrap(bytes), at);
  }

  private void writeFully(ByteBuffer bytes, long at) throws IOException {
    long next = at;
    while (bytes.hasRemaining()) {
      next += file.write(bytes, next);
    }
  }

  /** Closes the file as it is. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}

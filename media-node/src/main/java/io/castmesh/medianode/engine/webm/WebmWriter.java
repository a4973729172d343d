package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.rtp.Vp8Payload;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes one file. Frames gather in memory for a cluster of at most {@link #CLUSTER_MILLIS}, which
 * then goes to the file in one piece: whenever the process dies, what is there is whole.
 *
 * <p>Belongs to one thread. Frames of one track come in the order of their times; times are in
 * milliseconds from the beginning.
 */
public final class WebmWriter implements Closeable {
  /** What a crash may cost. */
  public static final long CLUSTER_MILLIS = 1000;

  private static final int MAX_CLUSTER_BYTES = 8 << 20;

  /** Without video every cluster could be a cue: one in five is enough. */
  private static final long AUDIO_CUE_MILLIS = 5000;

  private static final int KEY_FRAME_FLAG = 0x80;

  private final FileChannel file;
  private final Ebml cluster = new Ebml(256 << 10);
  private final WebmIndex index = new WebmIndex();
  private int width;
  private int height;
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

  /** Adds a VP8 frame; the first one must be a keyframe, which tells the size of the picture. */
  public void video(long timeMillis, boolean keyFrame, byte[] frame, int length)
      throws IOException {
    if (width == 0) {
      int frameWidth = Vp8Payload.width(frame, 0, length);
      int frameHeight = Vp8Payload.height(frame, 0, length);
      if (frameWidth == 0 || frameHeight == 0) {
        return;
      }
      width = frameWidth;
      height = frameHeight;
      writeHeader();
    }
    if (keyFrame) {
      flush();
    }
    openCluster(timeMillis);
    if (keyFrame) {
      index.cue(timeMillis, WebmHeader.VIDEO_TRACK, position);
    }
    block(WebmHeader.VIDEO_TRACK, timeMillis, keyFrame, frame, length);
  }

  /** Adds an Opus packet. */
  public void audio(long timeMillis, byte[] packet, int length) throws IOException {
    if (!audio) {
      audio = true;
      writeHeader();
    }
    openCluster(timeMillis);
    if (width == 0 && timeMillis - lastAudioCue >= AUDIO_CUE_MILLIS) {
      lastAudioCue = timeMillis;
      index.cue(timeMillis, WebmHeader.AUDIO_TRACK, position);
    }
    block(WebmHeader.AUDIO_TRACK, timeMillis, true, packet, length);
  }

  /** Written again when a track joins: its place is reserved. */
  private void writeHeader() throws IOException {
    if (!headerWritten) {
      headerWritten = true;
      writeAt(WebmHeader.start(), 0);
      writeAt(WebmHeader.seekHead(0), WebmHeader.SEEK_HEAD_AT);
      writeAt(WebmHeader.info(0), WebmHeader.INFO_AT);
    }
    writeAt(WebmHeader.tracks(width, height, audio), WebmHeader.TRACKS_AT);
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

  private void block(int track, long timeMillis, boolean keyFrame, byte[] frame, int length) {
    cluster.id(WebmId.SIMPLE_BLOCK).size(4L + length);
    cluster.octet(0x80 | track).signedShort((int) (timeMillis - clusterTime));
    cluster.octet(keyFrame ? KEY_FRAME_FLAG : 0).raw(frame, 0, length);
    index.frame(track, timeMillis);
  }

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

  /** Writes the rest and the index, and forces everything to the disk. */
  public void finish() throws IOException {
    flush();
    if (headerWritten) {
      index.writeTo(file, position);
    }
    file.force(true);
    file.close();
  }

  /** Length of what was written so far, in milliseconds. */
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

package io.castmesh.vod.tool;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;

/** A media file that is open for reading. */
final class Media implements AutoCloseable {
  /** The file has been read, and there is no media in it. */
  static final class NoMedia extends IOException {
    private static final long serialVersionUID = 1;

    private NoMedia(String message) {
      super(message);
    }
  }

  private final AVIOContext file;
  private final AVFormatContext context;

  private Media(AVIOContext file, AVFormatContext context) {
    this.file = file;
    this.context = context;
  }

  /**
   * @throws NoMedia when FFmpeg finds no media in it
   * @throws IOException when the file cannot be read: that says nothing of what is in it
   */
  static Media open(Path path) throws IOException {
    // Opened apart from the demuxer, whose errors do not tell a bad disk from a bad file.
    AVIOContext file = new AVIOContext(null);
    int opened = avformat.avio_open(file, path.toString(), avformat.AVIO_FLAG_READ);
    if (opened < 0) {
      throw new IOException("cannot be opened: " + opened);
    }
    AVFormatContext context = avformat.avformat_alloc_context();
    context.pb(file);
    int found = avformat.avformat_open_input(context, path.toString(), null, (AVDictionary) null);
    if (found < 0) {
      IOException error = nothing(file, found);
      avformat.avio_closep(file);
      throw error;
    }
    Media media = new Media(file, context);
    found = avformat.avformat_find_stream_info(context, (AVDictionary) null);
    if (found < 0 || (media.video() < 0 && media.audio() < 0)) {
      IOException error = nothing(file, found);
      media.close();
      throw error;
    }
    return media;
  }

  private static IOException nothing(AVIOContext file, int result) {
    if (isBad(file)) {
      return new IOException("reading failed with " + file.error());
    }
    return result == avutil.AVERROR_ENOMEM()
        ? new IOException("no memory")
        : new NoMedia("no media: " + result);
  }

  private static boolean isBad(AVIOContext file) {
    return file.error() < 0 && file.error() != avutil.AVERROR_EOF;
  }

  AVFormatContext context() {
    return context;
  }

  /** Index of the first video stream; negative without one. */
  int video() {
    return first(avutil.AVMEDIA_TYPE_VIDEO);
  }

  int audio() {
    return first(avutil.AVMEDIA_TYPE_AUDIO);
  }

  AVStream stream(int index) {
    return context.streams(index);
  }

  private int first(int type) {
    for (int i = 0; i < context.nb_streams(); i++) {
      if (context.streams(i).codecpar().codec_type() == type) {
        return i;
      }
    }
    return -1;
  }

  /** What the container says, in seconds; negative when it says nothing. */
  double statedSeconds() {
    boolean stated =
        context.duration() != avutil.AV_NOPTS_VALUE
            && context.duration_estimation_method() == avformat.AVFMT_DURATION_FROM_STREAM;
    return stated ? (double) context.duration() / avutil.AV_TIME_BASE : -1;
  }

  /**
   * False at the end, or where the file is broken.
   *
   * @throws IOException when the disk cannot be read: that is no end
   */
  boolean read(AVPacket packet) throws IOException {
    int result = avformat.av_read_frame(context, packet);
    // What the demuxer answers at the torn end of a killed recording may be any error; the reader
    // below it knows whether it was the disk.
    if (result < 0 && isBad(file)) {
      throw new IOException("reading failed with " + file.error());
    }
    return result >= 0;
  }

  @Override
  public void close() {
    avformat.avformat_close_input(context);
    avformat.avio_closep(file);
  }

  /** A packet that is freed with the block that uses it. */
  static final class Packet implements AutoCloseable {
    final AVPacket packet = avcodec.av_packet_alloc();

    @Override
    public void close() {
      avcodec.av_packet_free(packet);
    }
  }
}

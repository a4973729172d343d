package io.castmesh.vod.tool;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;

/** A media file that is open for reading. */
final class Media implements AutoCloseable {
  private final AVFormatContext context;

  private Media(AVFormatContext context) {
    this.context = context;
  }

  /**
   * @throws IOException when FFmpeg finds no media in it
   */
  static Media open(Path file) throws IOException {
    AVFormatContext context = new AVFormatContext(null);
    int opened = avformat.avformat_open_input(context, file.toString(), null, (AVDictionary) null);
    if (opened < 0) {
      throw new IOException("cannot be opened: " + opened);
    }
    Media media = new Media(context);
    if (avformat.avformat_find_stream_info(context, (AVDictionary) null) < 0
        || (media.video() < 0 && media.audio() < 0)) {
      media.close();
      throw new IOException("has no streams");
    }
    return media;
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
    int disk = context.pb() == null ? 0 : context.pb().error();
    if (result < 0 && disk < 0 && disk != avutil.AVERROR_EOF) {
      throw new IOException("reading failed with " + disk);
    }
    return result >= 0;
  }

  @Override
  public void close() {
    avformat.avformat_close_input(context);
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

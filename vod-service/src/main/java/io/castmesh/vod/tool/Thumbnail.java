package io.castmesh.vod.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;

/** Draws a recording's picture after about a second as a JPEG. */
final class Thumbnail {
  private Thumbnail() {}

  static final int WIDTH = 640;
  private static final double AT_SECONDS = 1.0;

  /** A file whose pictures cannot be read is not read for ever. */
  private static final int PACKETS_AT_MOST = 3000;

  /**
   * @param media read from its beginning
   * @return false when no picture can be decoded
   */
  static boolean draw(Media media, Path to) throws IOException {
    int index = media.video();
    if (index < 0) {
      return false;
    }
    AVCodec codec = avcodec.avcodec_find_decoder(media.stream(index).codecpar().codec_id());
    if (codec == null) {
      return false;
    }
    AVCodecContext decoder = avcodec.avcodec_alloc_context3(codec);
    AVFrame frame = avutil.av_frame_alloc();
    try {
      avcodec.avcodec_parameters_to_context(decoder, media.stream(index).codecpar());
      check(avcodec.avcodec_open2(decoder, codec, (AVDictionary) null), "decoder not opened");
      if (!decode(media, index, decoder, frame)) {
        return false;
      }
      write(frame, to);
      return true;
    } finally {
      avutil.av_frame_free(frame);
      avcodec.avcodec_free_context(decoder);
    }
  }

  /** Leaves the picture at one second in the frame, or the last one before. */
  private static boolean decode(Media media, int index, AVCodecContext decoder, AVFrame best)
      throws IOException {
    double tick = avutil.av_q2d(media.stream(index).time_base());
    boolean found = false;
    AVFrame next = avutil.av_frame_alloc();
    try (Media.Packet holder = new Media.Packet()) {
      AVPacket packet = holder.packet;
      for (int i = 0; i < PACKETS_AT_MOST && media.read(packet); i++) {
        if (packet.stream_index() == index) {
          avcodec.avcodec_send_packet(decoder, packet);
          while (avcodec.avcodec_receive_frame(decoder, next) >= 0) {
            avutil.av_frame_unref(best);
            avutil.av_frame_move_ref(best, next);
            found = true;
            if (best.best_effort_timestamp() * tick >= AT_SECONDS) {
              avcodec.av_packet_unref(packet);
              return true;
            }
          }
        }
        avcodec.av_packet_unref(packet);
      }
      return found;
    } finally {
      avutil.av_frame_free(next);
    }
  }

  private static void write(AVFrame picture, Path to) throws IOException {
    int height = Math.max(2, WIDTH * picture.height() / picture.width() / 2 * 2);
    AVFrame scaled = avutil.av_frame_alloc();
    try {
      scaled.format(avutil.AV_PIX_FMT_YUVJ420P);
      scaled.width(WIDTH);
      scaled.height(height);
      check(avutil.av_frame_get_buffer(scaled, 0), "no memory");
      SwsContext scaler =
          swscale.sws_getContext(
              picture.width(),
              picture.height(),
              picture.format(),
              WIDTH,
              height,
              avutil.AV_PIX_FMT_YUVJ420P,
              swscale.SWS_BICUBIC,
              null,
              null,
              (DoublePointer) null);
      if (scaler == null) {
        throw new IOException("cannot be scaled");
      }
      swscale.sws_scale(
          scaler,
          picture.data(),
          picture.linesize(),
          0,
          picture.height(),
          scaled.data(),
          scaled.linesize());
      swscale.sws_freeContext(scaler);
      Files.write(to, jpeg(scaled));
    } finally {
      avutil.av_frame_free(scaled);
    }
  }

  private static byte[] jpeg(AVFrame frame) throws IOException {
    AVCodec codec = avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MJPEG);
    AVCodecContext encoder = avcodec.avcodec_alloc_context3(codec);
    try (Media.Packet holder = new Media.Packet()) {
      encoder.width(frame.width());
      encoder.height(frame.height());
      encoder.pix_fmt(frame.format());
      encoder.time_base(new AVRational().num(1).den(25));
      encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_QSCALE);
      encoder.global_quality(4 * avutil.FF_QP2LAMBDA);
      check(avcodec.avcodec_open2(encoder, codec, (AVDictionary) null), "encoder not opened");
      frame.quality(encoder.global_quality());
      frame.pts(0);
      check(avcodec.avcodec_send_frame(encoder, frame), "not encoded");
      check(avcodec.avcodec_receive_packet(encoder, holder.packet), "not encoded");
      byte[] bytes = new byte[holder.packet.size()];
      holder.packet.data().get(bytes);
      return bytes;
    } finally {
      avcodec.avcodec_free_context(encoder);
    }
  }

  private static void check(int result, String otherwise) throws IOException {
    if (result < 0) {
      throw new IOException(otherwise + ": " + result);
    }
  }
}

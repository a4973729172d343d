package io.castmesh.vod;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/** Makes real recordings: VP8 and Opus in WebM, with a moving picture and a tone. */
public final class WebmFiles {
  private static final int FPS = 20;
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;
  private static final int RATE = 48_000;

  private final AVFormatContext out = new AVFormatContext(null);
  private final AVCodecContext video = encoder("libvpx");
  private final AVCodecContext audio = encoder("libopus");

  private WebmFiles() {}

  /** A whole recording of that length. */
  public static Path make(Path file, double seconds) throws IOException {
    avutil.av_log_set_level(avutil.AV_LOG_ERROR);
    new WebmFiles().write(file, seconds);
    return file;
  }

  /** What is left of a recording when the recorder is killed: no end, no cues, half a cluster. */
  public static Path makeCut(Path file, double seconds, double kept) throws IOException {
    make(file, seconds);
    byte[] all = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(all, (int) (all.length * kept)));
    return file;
  }

  private static AVCodecContext encoder(String name) {
    AVCodec codec = avcodec.avcodec_find_encoder_by_name(name);
    return avcodec.avcodec_alloc_context3(codec);
  }

  private void write(Path file, double seconds) throws IOException {
    check(avformat.avformat_alloc_output_context2(out, null, "webm", file.toString()));
    video.width(WIDTH);
    video.height(HEIGHT);
    video.pix_fmt(avutil.AV_PIX_FMT_YUV420P);
    video.time_base(new AVRational().num(1).den(FPS));
    video.gop_size(FPS);
    video.bit_rate(400_000);
    AVStream pictures = open(video, "libvpx");
    audio.sample_rate(RATE);
    audio.sample_fmt(avutil.AV_SAMPLE_FMT_FLT);
    avutil.av_channel_layout_default(audio.ch_layout(), 1);
    audio.time_base(new AVRational().num(1).den(RATE));
    audio.bit_rate(32_000);
    AVStream sound = open(audio, "libopus");
    AVIOContext io = new AVIOContext(null);
    check(avformat.avio_open(io, file.toString(), avformat.AVIO_FLAG_WRITE));
    out.pb(io);
    check(avformat.avformat_write_header(out, (AVDictionary) null));
    int frames = (int) Math.round(seconds * FPS);
    long samples = 0;
    for (int i = 0; i < frames; i++) {
      encode(video, picture(i), pictures);
      for (; samples < (i + 1L) * RATE / FPS; samples += audio.frame_size()) {
        encode(audio, tone(samples), sound);
      }
    }
    encode(video, null, pictures);
    encode(audio, null, sound);
    check(avformat.av_write_trailer(out));
    avformat.avio_closep(io);
    avcodec.avcodec_free_context(video);
    avcodec.avcodec_free_context(audio);
    avformat.avformat_free_context(out);
  }

  private AVStream open(AVCodecContext encoder, String name) throws IOException {
    AVDictionary options = new AVDictionary(null);
    if (encoder == video) {
      avutil.av_dict_set(options, "deadline", "realtime", 0);
      avutil.av_dict_set(options, "cpu-used", "8", 0);
    }
    encoder.flags(encoder.flags() | avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
    check(avcodec.avcodec_open2(encoder, avcodec.avcodec_find_encoder_by_name(name), options));
    AVStream stream = avformat.avformat_new_stream(out, null);
    check(avcodec.avcodec_parameters_from_context(stream.codecpar(), encoder));
    stream.time_base(encoder.time_base());
    return stream;
  }

  private void encode(AVCodecContext encoder, AVFrame frame, AVStream stream) throws IOException {
    check(avcodec.avcodec_send_frame(encoder, frame));
    AVPacket packet = avcodec.av_packet_alloc();
    while (avcodec.avcodec_receive_packet(encoder, packet) >= 0) {
      avcodec.av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
      packet.stream_index(stream.index());
      check(avformat.av_interleaved_write_frame(out, packet));
    }
    avcodec.av_packet_free(packet);
    if (frame != null) {
      avutil.av_frame_free(frame);
    }
  }

  private AVFrame picture(int number) throws IOException {
    AVFrame frame = avutil.av_frame_alloc();
    frame.format(avutil.AV_PIX_FMT_YUV420P);
    frame.width(WIDTH);
    frame.height(HEIGHT);
    check(avutil.av_frame_get_buffer(frame, 0));
    for (int plane = 0; plane < 3; plane++) {
      int height = plane == 0 ? HEIGHT : HEIGHT / 2;
      int stride = frame.linesize(plane);
      byte[] bytes = new byte[stride * height];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (i % stride + i / stride * (plane + 1) + number * 5);
      }
      BytePointer data = frame.data(plane);
      data.put(bytes);
    }
    frame.pts(number);
    return frame;
  }

  private AVFrame tone(long from) throws IOException {
    AVFrame frame = avutil.av_frame_alloc();
    frame.nb_samples(audio.frame_size());
    frame.format(audio.sample_fmt());
    frame.sample_rate(RATE);
    avutil.av_channel_layout_copy(frame.ch_layout(), audio.ch_layout());
    check(avutil.av_frame_get_buffer(frame, 0));
    FloatBuffer samples = new FloatPointer(frame.data(0)).capacity(audio.frame_size()).asBuffer();
    for (int i = 0; i < audio.frame_size(); i++) {
      samples.put((float) (0.2 * Math.sin(2 * Math.PI * 440 * (from + i) / RATE)));
    }
    frame.pts(from);
    return frame;
  }

  private static void check(int result) throws IOException {
    if (result < 0) {
      throw new IOException("FFmpeg says " + result);
    }
  }
}

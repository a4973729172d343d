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

/** Writes a recording anew, packet by packet, with a duration and cues; nothing is transcoded. */
final class Remux {
  private static final String MP4_FLAGS = "frag_keyframe+empty_moov+default_base_moof+global_sidx";

  private Remux() {}

  /**
   * @return how many packets there were
   * @throws IOException when the new file cannot be written, or not all of it
   */
  static long copy(Media from, Path to) throws IOException {
    AVFormatContext out = new AVFormatContext(null);
    check(
        avformat.avformat_alloc_output_context2(out, null, format(from), to.toString()),
        "no muxer");
    try {
      int[] streams = addStreams(from, out);
      AVIOContext file = new AVIOContext(null);
      check(avformat.avio_open(file, to.toString(), avformat.AVIO_FLAG_WRITE), "cannot be created");
      out.pb(file);
      try {
        AVDictionary options = new AVDictionary(null);
        // Fragments with an index before them; other containers know no such option.
        avutil.av_dict_set(options, "movflags", MP4_FLAGS, 0);
        try {
          check(avformat.avformat_write_header(out, options), "header refused");
        } finally {
          avutil.av_dict_free(options);
        }
        long packets = copyPackets(from, out, streams);
        check(avformat.av_write_trailer(out), "trailer not written");
        // Some disks tell only now that they have not kept what was written.
        check(avformat.avio_closep(file), "not kept");
        return packets;
      } finally {
        avformat.avio_closep(file);
      }
    } finally {
      avformat.avformat_free_context(out);
    }
  }

  /** What it was, but H.264 is no WebM. */
  private static String format(Media from) {
    if (from.context().iformat().name().getString().contains("mp4")) {
      return "mp4";
    }
    for (int i = 0; i < from.context().nb_streams(); i++) {
      if (from.stream(i).codecpar().codec_id() == avcodec.AV_CODEC_ID_H264) {
        return "matroska";
      }
    }
    return "webm";
  }

  private static int[] addStreams(Media from, AVFormatContext out) throws IOException {
    int[] streams = new int[from.context().nb_streams()];
    for (int i = 0; i < streams.length; i++) {
      int type = from.stream(i).codecpar().codec_type();
      if (type != avutil.AVMEDIA_TYPE_VIDEO && type != avutil.AVMEDIA_TYPE_AUDIO) {
        streams[i] = -1;
        continue;
      }
      AVStream stream = avformat.avformat_new_stream(out, null);
      check(
          avcodec.avcodec_parameters_copy(stream.codecpar(), from.stream(i).codecpar()),
          "parameters not copied");
      stream.codecpar().codec_tag(0);
      streams[i] = stream.index();
    }
    return streams;
  }

  private static long copyPackets(Media from, AVFormatContext out, int[] streams)
      throws IOException {
    long copied = 0;
    try (Media.Packet holder = new Media.Packet()) {
      AVPacket packet = holder.packet;
      while (from.read(packet)) {
        int index = packet.stream_index() < streams.length ? streams[packet.stream_index()] : -1;
        if (index >= 0) {
          avcodec.av_packet_rescale_ts(
              packet,
              from.stream(packet.stream_index()).time_base(),
              out.streams(index).time_base());
          packet.stream_index(index);
          packet.pos(-1);
          int written = avformat.av_interleaved_write_frame(out, packet);
          if (written < 0 && written != avutil.AVERROR_EINVAL()) {
            throw new IOException("cannot be written: " + written);
          }
          copied += written >= 0 ? 1 : 0;
        }
        avcodec.av_packet_unref(packet);
      }
    }
    return copied;
  }

  private static void check(int result, String otherwise) throws IOException {
    if (result < 0) {
      throw new IOException(otherwise + ": " + result);
    }
  }
}

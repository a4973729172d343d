package io.castmesh.medianode.engine.sdp;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.OfferOptions;
import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import java.util.List;
import java.util.stream.Stream;

/** What an offer of ours proposes; an answer repeats the numbers of what it takes. */
public final class OfferedMedia {
  private static final List<String> VIDEO_FEEDBACK =
      List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");

  private static final NegotiatedMedia AUDIO =
      media(
          MediaKind.AUDIO,
          "0",
          List.of(
              audio(MediaCodec.OPUS, "minptime=10;useinbandfec=1", 111),
              audio(MediaCodec.PCMU, "", 0),
              audio(MediaCodec.PCMA, "", 8)));

  private static final NegotiatedMedia VIDEO =
      media(
          MediaKind.VIDEO,
          "1",
          List.of(
              video(MediaCodec.VP8, "", 96),
              video(MediaCodec.VP9, "profile-id=0", 98),
              video(
                  MediaCodec.H264,
                  "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                  102),
              video(MediaCodec.AV1, "level-idx=5;profile=0;tier=0", 104)));

  private OfferedMedia() {}

  /** The sections of an offer, in its order. */
  public static List<NegotiatedMedia> of(OfferOptions options) {
    return Stream.of(AUDIO, VIDEO)
        .filter(media -> options.kinds().contains(media.kind()))
        .map(media -> media.directed(options.direction()))
        .toList();
  }

  private static NegotiatedMedia media(MediaKind kind, String mid, List<NegotiatedCodec> codecs) {
    return new NegotiatedMedia(
        kind, mid, Direction.SENDRECV, codecs, List.of(), true, 1, 0, 0, 2, 3);
  }

  private static NegotiatedCodec audio(MediaCodec codec, String parameters, int payloadType) {
    return new NegotiatedCodec(
        new MediaFormat(codec, parameters), payloadType, -1, List.of("transport-cc"));
  }

  private static NegotiatedCodec video(MediaCodec codec, String parameters, int payloadType) {
    return new NegotiatedCodec(
        new MediaFormat(codec, parameters), payloadType, payloadType + 1, VIDEO_FEEDBACK);
  }
}

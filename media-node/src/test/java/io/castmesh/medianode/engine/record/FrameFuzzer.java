package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.codec.MediaCodec;
import io.castmesh.medianode.engine.codec.MediaFormat;
import io.castmesh.medianode.engine.play.FramePlayer;
import io.castmesh.medianode.engine.track.PacketHistory;
import io.castmesh.medianode.fuzz.Chunks;
import java.util.Arrays;
import java.util.List;

/**
 * Payloads of a picture in each codec, as recorders put them together and players cut them: of
 * frames that are damaged, or made to do damage. No frame is larger than what came, but for the
 * lengths that files want.
 */
public final class FrameFuzzer {
  private static final List<MediaCodec> CODECS =
      List.of(MediaCodec.VP8, MediaCodec.VP9, MediaCodec.H264, MediaCodec.AV1);

  private FrameFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    MediaCodec codec = CODECS.get((data[0] & 0xFF) % CODECS.size());
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    FramePlayer.play(codec, rest);
    record(codec, Chunks.of(rest));
  }

  private static void record(MediaCodec codec, List<byte[]> payloads) {
    FrameAssembler assembler =
        new FrameAssembler(
            new FrameAssembler.Output() {
              @Override
              public void onFrame(byte[] frame, boolean keyFrame, int timestamp, long arrivedAt) {
                long came = payloads.stream().mapToLong(payload -> payload.length).sum();
                if (frame.length > 4 * came + 64) {
                  throw new IllegalStateException("%d of %d".formatted(frame.length, came));
                }
                FramePlayer.play(codec, frame);
              }

              @Override
              public void onKeyFrameNeeded() {}
            },
            Depacketizer.of(codec));
    MediaFormat format = new MediaFormat(codec, "");
    PacketHistory history = new PacketHistory(64);
    for (int i = 0; i < payloads.size(); i++) {
      byte[] payload = payloads.get(i);
      boolean keyFrame = i == 0 || codec.startsKeyFrame(payload, 0, payload.length);
      // The last packet of each input ends a picture, so that every input shows something.
      boolean marker = i == payloads.size() - 1 || payload.length % 5 == 0;
      assembler.onPacket(
          history.store(format, i, 0, marker, keyFrame, payload, 0, payload.length, 1), 1);
    }
  }
}

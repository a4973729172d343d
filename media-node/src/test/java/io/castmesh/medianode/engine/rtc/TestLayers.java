package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A camera whose pictures come in two qualities, and a microphone: 25 pictures a second of one
 * small packet and of three large ones, a keyframe of a layer when one is asked for, and sender
 * reports of each.
 */
final class TestLayers implements AutoCloseable {
  static final List<String> RIDS = List.of("q", "f");

  /** Packets of a picture, and bytes of each. */
  static final int[] PACKETS = {1, 3};

  static final int[] BYTES = {300, 1_000};
  private static final int PICTURE_MILLIS = 40;

  private final TestPeer peer;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final long[] indices = {1_000, 40_000};
  private long audioIndex = 30_000;
  private int handled;
  private int pictures;

  TestLayers(TestPeer peer) {
    this.peer = peer;
  }

  TestLayers start() {
    timer.scheduleAtFixedRate(this::picture, 0, PICTURE_MILLIS, TimeUnit.MILLISECONDS);
    return this;
  }

  private int ssrc(int layer) {
    return peer.videoSsrc + layer;
  }

  /** Each layer has timestamps of its own. */
  private int timestamp(int layer) {
    return layer * 1_000_000 + pictures * 90 * PICTURE_MILLIS;
  }

  private void picture() {
    boolean[] wanted = wanted();
    for (int layer = 0; layer < PACKETS.length; layer++) {
      boolean keyFrame = wanted[layer] || pictures == 0;
      for (int part = 0; part < PACKETS[layer]; part++) {
        peer.sendLayer(
            RIDS.get(layer),
            ssrc(layer),
            indices[layer]++,
            timestamp(layer),
            part == PACKETS[layer] - 1,
            payload(layer, keyFrame, part));
      }
    }
    for (int i = 0; i < 2; i++) {
      int audioTime = (int) (audioIndex - 30_000) * 960;
      byte[] sound = {(byte) 0xfc, (byte) audioIndex, 1, 2, 3};
      peer.sendRtp(TestPeer.AUDIO_TYPE, peer.audioSsrc, audioIndex++, audioTime, false, sound);
    }
    if (pictures % 25 == 1) {
      report();
    }
    pictures++;
  }

  /** For which layers a keyframe was asked since the last picture. */
  private boolean[] wanted() {
    boolean[] wanted = new boolean[PACKETS.length];
    for (; handled < peer.rtcp.size(); handled++) {
      for (int layer = 0; layer < wanted.length; layer++) {
        wanted[layer] |= peer.rtcp.get(handled).equals("pli " + ssrc(layer));
      }
    }
    return wanted;
  }

  private static byte[] payload(int layer, boolean keyFrame, int part) {
    byte[] payload = new byte[BYTES[layer]];
    if (part == 0) {
      byte frame = (byte) (keyFrame ? 0x50 : 0x51);
      byte[] start = {0x10, frame, 0x42, 0, (byte) 0x9d, 1, 0x2a, 0x40, 1, (byte) 0xf0, 0};
      System.arraycopy(start, 0, payload, 0, start.length);
    }
    payload[100] = (byte) layer;
    return payload;
  }

  static int layerOf(byte[] payload) {
    return payload[100];
  }

  private void report() {
    long ntp = WallClock.ntp(System.currentTimeMillis() * 1000);
    RtcpWriter writer = new RtcpWriter();
    for (int layer = 0; layer < PACKETS.length; layer++) {
      writer.senderReport(ssrc(layer), ntp, timestamp(layer), 1, 1);
      writer.sourceDescription(ssrc(layer), "test");
    }
    writer.senderReport(peer.audioSsrc, ntp, (int) (audioIndex - 30_000) * 960, 1, 1);
    peer.sendRtcp(writer);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.rtcp.RtcpWriter;
import io.castmesh.medianode.engine.rtp.Rtp;
import io.castmesh.medianode.engine.track.WallClock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * What a camera and a microphone would send: 25 frames of three packets and 50 Opus packets a
 * second, sender reports, a keyframe when one is asked for, and retransmissions.
 */
final class TestCamera implements AutoCloseable {
  static final int PACKETS_PER_FRAME = 3;
  private static final int FRAME_MILLIS = 40;

  /** Indices of video packets that are lost on their way to the engine. */
  volatile LongPredicate lost = index -> false;

  private final TestPeer peer;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Map<Integer, byte[]> sent = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> timestamps = new ConcurrentHashMap<>();
  private final int firstIndex;
  private final int timestampBase;
  private long videoIndex;
  private long audioIndex = 30_000;
  private long rtxIndex = 1;
  private int handled;
  private long begunMillis;
  private volatile long frames;
  private volatile int keyFrames;

  /**
   * @param firstIndex sequence number of the first video packet
   */
  TestCamera(TestPeer peer, int firstIndex) {
    this.peer = peer;
    this.firstIndex = firstIndex;
    this.videoIndex = firstIndex;
    this.timestampBase = firstIndex * 1000;
  }

  TestCamera start() {
    begunMillis = System.currentTimeMillis();
    timer.scheduleAtFixedRate(this::frame, 0, FRAME_MILLIS, TimeUnit.MILLISECONDS);
    return this;
  }

  int keyFrames() {
    return keyFrames;
  }

  /** How much has been sent. */
  double seconds() {
    return frames * FRAME_MILLIS / 1000.0;
  }

  private void frame() {
    boolean keyFrame = answerFeedback() || frames == 0;
    int timestamp = timestampBase + (int) frames * 90 * FRAME_MILLIS;
    for (int i = 0; i < PACKETS_PER_FRAME; i++) {
      byte[] payload = payload(keyFrame, i);
      sent.put((int) videoIndex & 0xFFFF, payload);
      timestamps.put((int) videoIndex & 0xFFFF, timestamp);
      if (!lost.test(videoIndex)) {
        boolean marker = i == PACKETS_PER_FRAME - 1;
        peer.sendRtp(TestPeer.VIDEO_TYPE, peer.videoSsrc, videoIndex, timestamp, marker, payload);
      }
      videoIndex++;
    }
    for (int i = 0; i < 2; i++) {
      int audioTime = (int) (audioIndex - 30_000) * 960;
      peer.sendRtp(
          TestPeer.AUDIO_TYPE,
          peer.audioSsrc,
          audioIndex++,
          audioTime,
          false,
          new byte[] {(byte) 0xfc, (byte) audioIndex, 1, 2, 3});
    }
    if (frames % 25 == 1) {
      report(timestamp);
    }
    keyFrames += keyFrame ? 1 : 0;
    frames++;
  }

  /** A VP8 frame in three packets that say which they are. */
  private byte[] payload(boolean keyFrame, int part) {
    byte[] payload = new byte[800];
    payload[0] = (byte) (part == 0 ? 0x10 : 0x00);
    if (part == 0) {
      byte[] start = {
        (byte) (keyFrame ? 0x50 : 0x51), 0x42, 0, (byte) 0x9d, 1, 0x2a, 0x40, 1, (byte) 0xf0, 0
      };
      System.arraycopy(start, 0, payload, 1, start.length);
    }
    Rtp.putInt(payload, 100, (int) videoIndex);
    return payload;
  }

  private void report(int videoTimestamp) {
    // A picture that leaves late was taken in time.
    long ntp = WallClock.ntp((begunMillis + frames * FRAME_MILLIS) * 1000);
    RtcpWriter writer = new RtcpWriter();
    writer.senderReport(peer.videoSsrc, ntp, videoTimestamp, 1, 1);
    writer.sourceDescription(peer.videoSsrc, "test");
    writer.senderReport(peer.audioSsrc, ntp, (int) (audioIndex - 30_000) * 960, 1, 1);
    peer.sendRtcp(writer);
  }

  /** Repeats what was asked for; returns whether a keyframe was. */
  private boolean answerFeedback() {
    boolean keyFrame = false;
    for (; handled < peer.rtcp.size(); handled++) {
      String[] words = peer.rtcp.get(handled).split(" ");
      keyFrame |= words[0].equals("pli");
      if (words[0].equals("nack")) {
        repeat(Integer.parseInt(words[2]));
      }
    }
    return keyFrame;
  }

  private void repeat(int sequence) {
    byte[] payload = sent.get(sequence);
    if (payload == null) {
      return;
    }
    byte[] rtx = new byte[payload.length + 2];
    Rtp.putShort(rtx, 0, sequence);
    System.arraycopy(payload, 0, rtx, 2, payload.length);
    peer.sendRtp(TestPeer.RTX_TYPE, peer.rtxSsrc, rtxIndex++, timestamps.get(sequence), false, rtx);
  }

  /** Which packet of the camera a payload belongs to, counted from its first. */
  int numberOf(byte[] payload) {
    return Rtp.getInt(payload, 100) - firstIndex;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

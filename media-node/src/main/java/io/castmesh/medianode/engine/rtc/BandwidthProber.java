package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.bandwidth.BandwidthEstimate;
import java.util.concurrent.TimeUnit;

/**
 * Tries whether a peer can take more than it is sent, when more would make its picture better: for
 * a moment recent packets are repeated beside the others, at the rate of the next better picture.
 * Seldom when it failed. Owned by the loop.
 */
final class BandwidthProber {
  private static final long LENGTH = TimeUnit.MILLISECONDS.toNanos(150);
  private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(20);

  /** Without repetitions the better picture itself is the probe: only after so long a quiet. */
  private static final long TRIAL_AFTER = TimeUnit.SECONDS.toNanos(10);

  /** Each trial costs pictures when it fails: the next one comes after twice the time. */
  private static final long LONGEST_TRIAL = TimeUnit.SECONDS.toNanos(60);

  /** A little more than is needed: afterwards there is to be room. */
  private static final double ROOM = 1.3;

  private final BandwidthEstimate estimate;
  private final OutboundHeader header;
  private final OutboundTrack video;
  private long nextProbe;
  private long sensibleSince;
  private long pause = FIRST_PAUSE;
  private long trialAfter = TRIAL_AFTER;
  private long until;
  private long rate;
  private long estimateBefore;
  private boolean judged = true;
  private int debt;
  private long lastTick;

  BandwidthProber(BandwidthEstimate estimate, OutboundHeader header, OutboundTrack video) {
    this.estimate = estimate;
    this.header = header;
    this.video = video;
  }

  /**
   * Decides whether to try now.
   *
   * @param forAudio bits per second that are not there for pictures
   */
  void plan(long forAudio, long now) {
    if (!judged && now - until > pause / 2) {
      judged = true;
      boolean gained = estimate.bitsPerSecond() > estimateBefore + estimateBefore / 10;
      pause = gained ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 3 / 2);
    }
    long wanted = video.choice().wanted();
    if (wanted == 0) {
      trialAfter = TRIAL_AFTER; // it has all there is
    }
    long needed = (long) ((wanted + forAudio) * ROOM);
    boolean sensible =
        estimate.hasFeedback()
            && wanted > 0
            && estimate.bitsPerSecond() < needed
            && !estimate.isUnsettled(now);
    if (!sensible) {
      sensibleSince = 0;
    } else if (!video.canProbe()) {
      tryWithoutProbe(needed, now);
    } else if (now - nextProbe >= 0) {
      estimate.beginProbe();
      estimateBefore = estimate.bitsPerSecond();
      rate = Math.min(needed, 3 * estimateBefore + 100_000);
      debt = 0;
      until = now + LENGTH;
      nextProbe = now + pause;
      judged = false;
    }
  }

  /**
   * There is nothing to send a probe as: what the peer tells of more pictures has to do. Who sees
   * none at all is tried by {@link LayerChoice}.
   */
  private void tryWithoutProbe(long needed, long now) {
    if (sensibleSince == 0 || video.choice().isPaused()) {
      sensibleSince = now;
    } else if (now - sensibleSince >= trialAfter) {
      sensibleSince = 0;
      trialAfter = Math.min(LONGEST_TRIAL, 2 * trialAfter);
      estimate.suppose(needed);
    }
  }

  /** Sends its share of the probe; what goes by anyway while it lasts is part of it. */
  void tick(long now) {
    boolean probing = now - until < 0;
    header.probing(probing);
    if (probing) {
      long elapsed = Math.min(LENGTH, now - lastTick);
      debt += (int) (rate / 8 * elapsed / TimeUnit.SECONDS.toNanos(1));
      debt -= video.sendProbe(debt, now);
    } else {
      debt = 0;
    }
    lastTick = now;
  }
}

package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.track.TrackSource;
import java.util.concurrent.TimeUnit;

/**
 * Which of the layers of a source one viewer gets: the best that fits into its bandwidth. Temporal
 * layers are left out first. Owned by the loop.
 */
final class LayerChoice {
  /** No layer limit: of VP8's four possible ones, numbered from 0. */
  static final int ALL_TEMPORAL = 3;

  /** Changing up needs some room, staying needs less: else it would change all the time. */
  private static final double ROOM_TO_RISE = 0.9;

  private static final double ROOM_TO_STAY = 1.05;

  /** Far too little for the smallest layer, for so long: sound is worth more than a wreck. */
  private static final double HOPELESS = 0.4;

  private static final long HOPELESS_FOR = TimeUnit.SECONDS.toNanos(3);

  /** A better layer that could not be kept so long was a mistake. */
  private static final long PROVEN_AFTER = TimeUnit.SECONDS.toNanos(8);

  /** Each change costs everybody a keyframe: after a mistake it waits, each time longer. */
  private static final long FIRST_PATIENCE = TimeUnit.SECONDS.toNanos(5);

  private static final long LONGEST_PATIENCE = TimeUnit.SECONDS.toNanos(60);

  /** Then it is tried again: without pictures nothing tells that there is room for them. */
  private static final long FIRST_REST = TimeUnit.SECONDS.toNanos(10);

  private static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(60);

  /**
   * A keyframe makes a layer look dearer than it is, for the half second that rates are measured
   * over: when the bandwidth is as it was, too much has to last longer than that, and so has what
   * makes another layer the better one.
   */
  static final long SPIKE = TimeUnit.MILLISECONDS.toNanos(700);

  /** Less than that of the bandwidth with which a choice fitted, and it has fallen. */
  private static final double AS_IT_WAS = 0.9;

  private final LayerOrder order = new LayerOrder();
  private int layer;
  private int temporal = ALL_TEMPORAL;
  private long roseAt;
  private long riseNotBefore;
  private long patience = FIRST_PATIENCE;
  private long wanted;
  private long hopelessSince;
  private boolean paused;
  private long pausedAt;
  private long rest = FIRST_REST;
  private long calmBudget = Long.MAX_VALUE;
  private long tooMuchSince;

  /** Another source: begin with what is best. */
  void reset(TrackSource source, long budget, long now) {
    layer = 0;
    temporal = ALL_TEMPORAL;
    paused = false;
    rest = FIRST_REST;
    calmBudget = Long.MAX_VALUE;
    tooMuchSince = 0;
    hopelessSince = 0;
    roseAt = 0;
    riseNotBefore = 0;
    patience = FIRST_PATIENCE;
    order.reset();
    if (source != null) {
      choose(source, budget, false, now);
    }
  }

  /**
   * @param budget bits per second for this source
   * @param heavyLoss whether much of what is sent does not arrive
   */
  void choose(TrackSource source, long budget, boolean heavyLoss, long now) {
    int bestLayer = -1;
    int bestTemporal = ALL_TEMPORAL;
    long bestFull = 0;
    int lowest = -1;
    long lowestRate = Long.MAX_VALUE;
    wanted = 0;
    order.look(source, now);
    int smallest = order.smallest();
    long currentFull = order.rate(layer);
    long limit = now < riseNotBefore && currentFull > 0 ? currentFull : Long.MAX_VALUE;
    for (int candidate = 0; candidate < source.layers(); candidate++) {
      long full = order.rate(candidate);
      if (full == 0 || (full > currentFull && !order.isBetter(candidate, layer, now))) {
        continue; // switched off, or dear for a moment only
      }
      if (full < lowestRate) {
        lowest = candidate;
        lowestRate = full;
      }
      int fitting = fitting(source, candidate, candidate == smallest, budget, now);
      if (fitting >= 0 && full > bestFull && full <= limit) {
        bestLayer = candidate;
        bestTemporal = fitting;
        bestFull = full;
      }
    }
    if (bestLayer < 0 && lowest < 0) {
      return; // nothing comes, or not for long: stay
    }
    boolean fits = bestLayer >= 0;
    int chosen = fits ? bestLayer : lowest;
    int chosenTemporal = fits ? bestTemporal : leastTemporal(source, lowest, now);
    long chosenFull = fits ? bestFull : lowestRate;
    boolean falls =
        currentFull > 0 && (chosen == layer ? chosenTemporal < temporal : chosenFull < currentFull);
    if (!falls || !isSpike(budget, now)) {
      if (chosen != layer && currentFull > 0) {
        noteChange(chosenFull > currentFull, now);
      }
      layer = chosen;
      temporal = chosenTemporal;
      calmBudget = budget;
      tooMuchSince = 0;
    }
    pauseWhenHopeless(fits, !fits && heavyLoss && budget < lowestRate * HOPELESS, now);
    wanted = nextStep(source, now);
  }

  /** Whether what is sent may be too much for a moment only. */
  private boolean isSpike(long budget, long now) {
    if (budget <= calmBudget * AS_IT_WAS) {
      return false;
    }
    if (tooMuchSince == 0) {
      tooMuchSince = now;
    }
    return now - tooMuchSince < SPIKE;
  }

  private void noteChange(boolean better, long now) {
    if (better) {
      roseAt = now;
    } else if (roseAt != 0 && now - roseAt < PROVEN_AFTER) {
      riseNotBefore = now + patience;
      patience = Math.min(LONGEST_PATIENCE, 2 * patience);
    } else {
      patience = FIRST_PATIENCE;
    }
  }

  /** The highest temporal layer with which a layer fits; -1 for none. */
  private int fitting(TrackSource source, int candidate, boolean smallest, long budget, long now) {
    int least = smallest ? 0 : 1; // seven pictures a second are few
    for (int t = ALL_TEMPORAL; t >= least; t--) {
      boolean staying = !paused && candidate == layer && t <= temporal;
      double room = staying ? ROOM_TO_STAY : ROOM_TO_RISE;
      if (source.bitrate(candidate, t, now) <= budget * room) {
        return t;
      }
    }
    return -1;
  }

  /** Without temporal layers there is nothing to leave out. */
  private static int leastTemporal(TrackSource source, int candidate, long now) {
    long base = source.bitrate(candidate, 0, now);
    return base < source.bitrate(candidate, ALL_TEMPORAL, now) ? 0 : ALL_TEMPORAL;
  }

  /** Once paused, it takes bandwidth for all of the smallest layer to go on, or a rest. */
  private void pauseWhenHopeless(boolean fits, boolean hopeless, long now) {
    if (paused && (fits || now - pausedAt > rest)) {
      paused = false;
      hopelessSince = 0;
      rest = Math.min(LONGEST_REST, 2 * rest);
    }
    if (fits) {
      rest = FIRST_REST;
    }
    if (!hopeless) {
      hopelessSince = 0;
    } else if (hopelessSince == 0) {
      hopelessSince = now;
    } else if (!paused && now - hopelessSince > HOPELESS_FOR) {
      paused = true;
      pausedAt = now;
    }
  }

  /** What the next better choice needs; 0 when there is none. */
  private long nextStep(TrackSource source, long now) {
    long current = source.bitrate(layer, temporal, now);
    if (paused) {
      return current;
    }
    long full = source.bitrate(layer, ALL_TEMPORAL, now);
    if (full > current) {
      return full;
    }
    long next = 0;
    if (now < riseNotBefore) {
      return next;
    }
    for (int candidate = 0; candidate < source.layers(); candidate++) {
      long rate = order.rate(candidate);
      boolean better = rate > full && order.isBetter(candidate, layer, now);
      if (better && (next == 0 || rate < next)) {
        next = rate;
      }
    }
    return next;
  }

  int layer() {
    return layer;
  }

  int temporal() {
    return temporal;
  }

  /** Bits per second that would make the picture better; 0 when it is the best there is. */
  long wanted() {
    return wanted;
  }

  /** Whether pictures are left out altogether, for the sake of the sound. */
  boolean isPaused() {
    return paused;
  }
}

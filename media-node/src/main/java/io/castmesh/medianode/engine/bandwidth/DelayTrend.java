package io.castmesh.medianode.engine.bandwidth;

import java.util.concurrent.TimeUnit;

/**
 * Whether queues on the way grow (draft-ietf-rmcat-gcc-02 section 5, with a line through the
 * accumulated delays in place of the Kalman filter). Packets sent close together count as one
 * group.
 */
final class DelayTrend {
  enum State {
    NORMAL,
    /** More is sent than arrives. */
    OVERUSE,
    /** Queues become shorter. */
    UNDERUSE
  }

  private static final int WINDOW = 20;
  private static final long GROUP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final double SMOOTHING = 0.9;
  private static final double GAIN = 4;
  private static final int MAX_SAMPLES = 60;

  /** The threshold follows what is usual here, slowly up and more slowly down (section 5.4). */
  private static final double RISE = 0.0087;

  private static final double FALL = 0.039;
  private static final double MIN_THRESHOLD = 6;
  private static final double MAX_THRESHOLD = 600;
  private static final double OVERUSE_MILLIS = 10;

  private final double[] times = new double[WINDOW];
  private final double[] delays = new double[WINDOW];
  private int samples;
  private long groupSentAt = -1;
  private long groupLastSentAt;
  private long groupArrivedAt;
  private long previousSentAt = -1;
  private long previousArrivedAt;
  private long firstArrivedAt;
  private double accumulated;
  private double smoothed;
  private double previousTrend;
  private double threshold = 12.5;
  private long thresholdAt;
  private double overusedMillis;
  private int overuses;
  private State state = State.NORMAL;

  State state() {
    return state;
  }

  /** A packet that arrived, in the order of sending. Both times in nanoseconds, of two clocks. */
  void onPacket(long sentAt, long arrivedAt) {
    if (groupSentAt < 0) {
      begin(sentAt, arrivedAt);
      return;
    }
    if (sentAt - groupSentAt <= GROUP_NANOS) {
      groupLastSentAt = Math.max(groupLastSentAt, sentAt);
      groupArrivedAt = Math.max(groupArrivedAt, arrivedAt);
      return;
    }
    if (previousSentAt >= 0) {
      double sent = millis(groupLastSentAt - previousSentAt);
      double arrived = millis(groupArrivedAt - previousArrivedAt);
      update(arrived - sent, sent);
    }
    previousSentAt = groupLastSentAt;
    previousArrivedAt = groupArrivedAt;
    begin(sentAt, arrivedAt);
  }

  private void begin(long sentAt, long arrivedAt) {
    groupSentAt = sentAt;
    groupLastSentAt = sentAt;
    groupArrivedAt = arrivedAt;
  }

  private static double millis(long nanos) {
    return nanos / 1e6;
  }

  private void update(double variation, double sentMillis) {
    if (samples == 0) {
      firstArrivedAt = groupArrivedAt;
    }
    accumulated += variation;
    smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * accumulated;
    int at = samples % WINDOW;
    times[at] = millis(groupArrivedAt - firstArrivedAt);
    delays[at] = smoothed;
    samples++;
    double trend = samples < WINDOW ? 0 : slope();
    detect(trend * Math.min(samples, MAX_SAMPLES) * GAIN, trend, sentMillis);
  }

  private double slope() {
    double meanTime = 0;
    double meanDelay = 0;
    for (int i = 0; i < WINDOW; i++) {
      meanTime += times[i] / WINDOW;
      meanDelay += delays[i] / WINDOW;
    }
    double numerator = 0;
    double denominator = 0;
    for (int i = 0; i < WINDOW; i++) {
      numerator += (times[i] - meanTime) * (delays[i] - meanDelay);
      denominator += (times[i] - meanTime) * (times[i] - meanTime);
    }
    return denominator == 0 ? 0 : numerator / denominator;
  }

  private void detect(double modified, double trend, double sentMillis) {
    if (modified > threshold) {
      overusedMillis += overuses == 0 ? sentMillis / 2 : sentMillis;
      overuses++;
      if (overusedMillis > OVERUSE_MILLIS && overuses > 1 && trend >= previousTrend) {
        overusedMillis = 0;
        overuses = 0;
        state = State.OVERUSE;
      }
    } else {
      overusedMillis = 0;
      overuses = 0;
      state = modified < -threshold ? State.UNDERUSE : State.NORMAL;
    }
    previousTrend = trend;
    adapt(Math.abs(modified));
  }

  private void adapt(double modified) {
    double elapsed =
        thresholdAt == 0 ? 0 : Math.min(100, millis(Math.abs(groupArrivedAt - thresholdAt)));
    thresholdAt = groupArrivedAt;
    if (modified > threshold + 15) {
      return; // a jump, not a habit
    }
    double factor = modified < threshold ? FALL : RISE;
    threshold += factor * (modified - threshold) * elapsed;
    threshold = Math.max(MIN_THRESHOLD, Math.min(MAX_THRESHOLD, threshold));
  }
}

package io.castmesh.medianode.engine.bandwidth;

import io.castmesh.medianode.engine.rtcp.TransportFeedbackReader;
import java.util.concurrent.TimeUnit;

/**
 * What one peer can be sent, in bits per second. From its transport-wide feedback by delay and loss
 * (draft-ietf-rmcat-gcc-02 sections 5 and 6); without that, from what it says itself (REMB).
 *
 * <p>It starts high: most viewers can take all there is, and one that cannot is noticed within a
 * few reports. What was not tried is not known: the estimate grows only to somewhat more than what
 * arrives, so a sender that wants more has to send more, see {@link #beginProbe}.
 */
public final class BandwidthEstimate implements TransportFeedbackReader.Handler {
  public static final long START = 5_000_000;
  public static final long MINIMUM = 50_000;
  private static final long MAXIMUM = 50_000_000;

  private static final double BACK_OFF = 0.85;
  private static final double GROWTH_PER_SECOND = 0.08;
  private static final long PROBE_OVER_ACKNOWLEDGED_EXTRA = 50_000;
  private static final double HEAVY_LOSS = 0.10;
  private static final double WORTH_REPEATING = 0.05;
  private static final long LOSS_WINDOW = TimeUnit.MILLISECONDS.toNanos(500);

  /** A queue that was filled needs a round trip or two to show that it is not growing any more. */
  private static final long BACK_OFF_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int PROBE_PACKETS = 4;

  /** Less than that stood in a queue: a sender or receiver that was busy for a moment. */
  private static final long REAL_QUEUE = TimeUnit.MILLISECONDS.toNanos(25);

  /** A queue that is full does not grow: it loses what comes. */
  private static final long STANDING_QUEUE = TimeUnit.MILLISECONDS.toNanos(120);

  /** Clocks drift, and routes change: what was the shortest way once is forgotten. */
  private static final long SHORTEST_FOR = TimeUnit.SECONDS.toNanos(10);

  /**
   * A queue that stays as it is though less was sent so often, and that loses nothing, is none: the
   * way has become longer. One of ours is down to two thirds each time.
   */
  private static final int VAIN = 2;

  private static final long SETTLING = TimeUnit.SECONDS.toNanos(1);

  private final SentPackets sent = new SentPackets();
  private final DelayTrend trend = new DelayTrend();
  private final RateMeter acknowledged = new RateMeter();
  private final Probe probe = new Probe();
  private long estimate = START;
  private long now;
  private long updatedAt;
  private long backedOffAt;
  private long lossSince;
  private int arrived;
  private int lost;
  private long highest;
  private long shortest = Long.MAX_VALUE;
  private long shortestLately = Long.MAX_VALUE;
  private long shortestSince;
  private long wayBegan;
  private long waiting;
  private long waitingBefore;
  private int vain;
  private long beforeVain;
  private boolean feedback;
  private boolean told;
  private boolean lossHeavy;
  private boolean repairsAreLost;

  /** What one burst of packets that was sent for the sake of it told. */
  private static final class Probe {
    int number;
    int packets;
    long bytes;
    long firstSent;
    long lastSent;
    long firstArrived;
    long lastArrived;
    int firstSize;

    void begin() {
      number++;
      packets = 0;
      bytes = 0;
    }

    void onPacket(int size, long sentAt, long arrivedAt) {
      if (packets++ == 0) {
        firstSent = sentAt;
        firstArrived = arrivedAt;
        firstSize = size;
      }
      lastSent = Math.max(lastSent, sentAt);
      lastArrived = Math.max(lastArrived, arrivedAt);
      bytes += size;
    }

    /** Bits per second that went through; 0 while too little has come. */
    long rate() {
      long over = Math.max(lastArrived - firstArrived, lastSent - firstSent);
      if (packets < PROBE_PACKETS || over < TimeUnit.MILLISECONDS.toNanos(10)) {
        return 0;
      }
      return (bytes - firstSize) * 8 * TimeUnit.SECONDS.toNanos(1) / over;
    }
  }

  /**
   * Call for each packet, just before it goes.
   *
   * @param size in bytes
   * @param probing whether it belongs to the probe that was begun last
   * @return its transport-wide number, 16 bits
   */
  public int onSend(int size, boolean probing, long time) {
    return sent.add(size, probing ? probe.number : 0, time);
  }

  /** A packet goes again under its number: when it arrives tells nothing of the way any more. */
  public void onSendAgain(int sequence) {
    sent.repeated(sequence);
  }

  /** Packets that follow with {@code probing} tell together how much more is possible. */
  public void beginProbe() {
    probe.begin();
  }

  /** Whether so much is possible is to be seen: nothing else tells. In bits per second. */
  public void suppose(long bitsPerSecond) {
    estimate = Math.max(estimate, Math.min(MAXIMUM, bitsPerSecond));
  }

  /** A feedback packet comes; {@link #onPacket} follows, then {@link #endFeedback}. */
  public void beginFeedback(long time) {
    now = time;
    feedback = true;
  }

  @Override
  public void onPacket(int sequence, long arrivalMicros) {
    long number = sent.find(sequence);
    if (number < 0) {
      return;
    }
    if (arrivalMicros < 0) {
      if (number > highest) {
        lost++;
        highest = number;
      }
      return;
    }
    highest = Math.max(highest, number);
    if (!sent.isNews(number)) {
      return;
    }
    arrived++;
    long arrivedAt = arrivalMicros * 1000;
    acknowledged.add(sent.size(number), now);
    if (sent.isRepeated(number)) {
      return;
    }
    trend.onPacket(sent.sentAt(number), arrivedAt);
    if (sent.sentAt(number) >= wayBegan) {
      measureQueue(arrivedAt - sent.sentAt(number));
    }
    if (sent.probe(number) != 0 && sent.probe(number) == probe.number) {
      probe.onPacket(sent.size(number), sent.sentAt(number), arrivedAt);
    }
  }

  /** How long packets stand in queues: what they took beyond the shortest time seen lately. */
  private void measureQueue(long took) {
    shortestLately = Math.min(shortestLately, took);
    if (now - shortestSince > SHORTEST_FOR) {
      shortest = shortestLately;
      shortestLately = took;
      shortestSince = now;
    }
    shortest = Math.min(shortest, took);
    waiting += (took - shortest - waiting) / 4;
  }

  /** What is sent from now on goes another way: nothing is known of how long it takes. */
  public void forgetWay(long time) {
    shortest = Long.MAX_VALUE;
    shortestLately = Long.MAX_VALUE;
    shortestSince = time;
    wayBegan = time;
    waiting = 0;
    waitingBefore = 0;
    vain = 0;
  }

  public void endFeedback() {
    long rate = acknowledged.bitsPerSecond(now);
    boolean growing = trend.state() == DelayTrend.State.OVERUSE && waiting > REAL_QUEUE;
    if (growing || waiting > STANDING_QUEUE) {
      backOff(rate, growing);
    } else {
      waitingBefore = 0;
      vain = 0;
      grow(rate);
      long proven = probe.rate();
      if (proven > estimate) {
        estimate = Math.min(MAXIMUM, proven);
      }
    }
    countLoss();
    updatedAt = now;
  }

  private void backOff(long rate, boolean growing) {
    // The queue of before has to empty before anything can be said of what is sent now.
    if (backedOffAt != 0 && now - backedOffAt < BACK_OFF_INTERVAL + 2 * waiting) {
      return;
    }
    boolean stands = waiting >= waitingBefore * 3 / 4 && waiting <= waitingBefore * 4 / 3;
    vain = stands && !growing && !lossHeavy ? vain + 1 : 0;
    waitingBefore = waiting;
    if (vain == 0) {
      beforeVain = Math.min(rate, estimate);
    } else if (vain >= VAIN) {
      estimate = Math.max(estimate, (long) (beforeVain * BACK_OFF));
      forgetWay(now);
      return;
    }
    backedOffAt = now;
    probe.begin(); // what it still tells is not true any more
    long base = rate > 0 ? Math.min(rate, estimate) : estimate;
    estimate = Math.max(MINIMUM, (long) (base * BACK_OFF));
  }

  private void grow(long rate) {
    if (trend.state() == DelayTrend.State.UNDERUSE || updatedAt == 0) {
      return; // queues empty first
    }
    double seconds = Math.min(1, (now - updatedAt) / 1e9);
    long limit = rate * 3 / 2 + PROBE_OVER_ACKNOWLEDGED_EXTRA;
    long grown = (long) (estimate * (1 + GROWTH_PER_SECOND * seconds)) + 1;
    if (estimate < limit) {
      estimate = Math.min(MAXIMUM, Math.min(limit, grown));
    }
  }

  /** Loss alone slows down only when it is heavy: radio loses a few packets at any rate. */
  private void countLoss() {
    if (lossSince == 0) {
      lossSince = now;
    }
    int total = arrived + lost;
    if (now - lossSince < LOSS_WINDOW || total < 20) {
      return;
    }
    double share = (double) lost / total;
    lossHeavy = share > HEAVY_LOSS;
    repairsAreLost = share > WORTH_REPEATING && waiting < REAL_QUEUE;
    if (share > HEAVY_LOSS) {
      long rate = acknowledged.bitsPerSecond(now);
      long base = rate > 0 ? Math.min(estimate, rate * 3 / 2) : estimate;
      // What arrives is what the line can do: less than that would help nobody.
      long floor = Math.max(MINIMUM, (long) (rate * BACK_OFF));
      estimate = Math.min(estimate, Math.max(floor, (long) (base * (1 - share / 2))));
    }
    lossSince = now;
    arrived = 0;
    lost = 0;
  }

  /** What the peer says that it can take; counts as long as it gives no feedback of packets. */
  public void onReceiverEstimate(long bitsPerSecond) {
    told = true;
    if (!feedback) {
      estimate = Math.max(MINIMUM, Math.min(MAXIMUM, bitsPerSecond));
    }
  }

  /** Whether more than a tenth of what was sent lately did not arrive. */
  public boolean isLossHeavy() {
    return lossHeavy;
  }

  /**
   * Whether so much is lost, though no queue is full, that one repetition in twenty is lost as
   * well: each costs the picture another round trip.
   */
  public boolean areRepairsLost() {
    return repairsAreLost;
  }

  public long bitsPerSecond() {
    return estimate;
  }

  /** Whether queues are long, or were a moment ago: no time to try for more. */
  public boolean isUnsettled(long time) {
    return waiting > REAL_QUEUE || (backedOffAt != 0 && time - backedOffAt < SETTLING);
  }

  /** Whether the peer has told anything at all: else it gets what there is. */
  public boolean isKnown() {
    return feedback || told;
  }

  /** Whether the peer tells of each packet: without that, nothing can be tried. */
  public boolean hasFeedback() {
    return feedback;
  }
}

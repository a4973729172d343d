package io.castmesh.medianode.engine.track;

import java.util.concurrent.TimeUnit;

/**
 * Which layer of a simulcast those sinks get that take one only: the one with most in it. A change
 * happens at a keyframe. Owned by the loop.
 */
public final class BestLayer {
  /** How often it is looked at. */
  private static final long CHOICE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(500);

  /** Senders begin with all layers at once, or nearly so: what to begin with can wait for that. */
  private static final long FIRST_CHOICE_AFTER = TimeUnit.MILLISECONDS.toNanos(300);

  /** Without a packet for so long a layer is switched off: some pictures are a second apart. */
  private static final long SWITCHED_OFF = TimeUnit.MILLISECONDS.toNanos(1_500);

  private final TrackSource source;
  private final Fanout fanout;
  private int current;
  private int wanted;
  private boolean chosen = true;
  private boolean decided;
  private long nextChoice;

  /** When the latest packet of the current layer came. */
  private long currentAt;

  /**
   * @param fanout of the source
   */
  public BestLayer(TrackSource source, Fanout fanout) {
    this.source = source;
    this.fanout = fanout;
  }

  /** The source has turned out to have several layers: those who take one wait for the choice. */
  public void begin() {
    chosen = false;
    fanout.holdLayers();
  }

  /** A packet of any layer, before it is passed on. */
  public void onPacket(MediaPacket packet, long now) {
    if (nextChoice == 0) {
      nextChoice = now + FIRST_CHOICE_AFTER;
    }
    if (packet.layer() == current) {
      currentAt = now;
    }
    if (now - nextChoice >= 0) {
      nextChoice = now + CHOICE_INTERVAL;
      wanted = richest(now);
      decided = true;
      if ((wanted != current || !chosen) && fanout.needsOneLayer()) {
        source.requestKeyFrame(wanted);
      }
    }
    boolean due = chosen ? wanted != current : decided;
    if (due && packet.layer() == wanted && packet.keyFrameStart()) {
      fanout.flush(now); // what waits is of the layer before, whose clock is asked for with it
      chosen = true;
      current = wanted;
      currentAt = now;
      fanout.changeLayer(source, current, now);
    }
  }

  private int richest(long now) {
    int richest = current;
    long most = source.bitrate(current, Integer.MAX_VALUE, now);
    if (chosen && most == 0 && now - currentAt < SWITCHED_OFF) {
      return current;
    }
    most = chosen ? most * 3 / 2 : most; // a change costs a keyframe: not for a little
    for (int i = 0; i < source.layers(); i++) {
      long rate = source.bitrate(i, Integer.MAX_VALUE, now);
      if (rate > most) {
        richest = i;
        most = rate;
      }
    }
    return richest;
  }

  /** What they get; 0 before the first choice. */
  public int current() {
    return current;
  }

  /** What they are to get. */
  public int wanted() {
    return decided ? wanted : current;
  }
}

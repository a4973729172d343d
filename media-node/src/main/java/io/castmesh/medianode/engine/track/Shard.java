package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.loop.Counter;
import io.castmesh.medianode.engine.loop.MediaLoop;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * One loop with what its elements share. A source that has sinks on another shard is mirrored there
 * once: its packets cross over once, however many sinks there are. {@link #loop} may be asked from
 * anywhere, the rest belongs to the loop.
 */
public final class Shard {
  private final MediaLoop loop;
  private final BurstEnd bursts;
  private final JoinLimits joins;
  private final Map<TrackSource, MirrorSource> mirrors = new IdentityHashMap<>();
  private final Counter lost = new Counter();

  /**
   * @param bursts is run at the end of each burst of the loop, and to its end before each tick
   * @param joins of viewers
   */
  public Shard(MediaLoop loop, BurstEnd bursts, JoinLimits joins) {
    this.loop = loop;
    this.bursts = bursts;
    this.joins = joins;
  }

  public MediaLoop loop() {
    return loop;
  }

  public BurstEnd bursts() {
    return bursts;
  }

  public JoinLimits joins() {
    return joins;
  }

  /** The source as sinks of this shard see it: itself, or its mirror, made when there is none. */
  TrackSource local(TrackSource source, TrackElement of, MediaKind kind) {
    if (of.shard() == this) {
      return source;
    }
    return mirrors.computeIfAbsent(source, key -> new MirrorSource(this, of, kind));
  }

  /** The same, null when there is no mirror. */
  TrackSource localIfThere(TrackSource source, TrackElement of) {
    return of.shard() == this ? source : mirrors.get(source);
  }

  /** Nobody watches it here any more, or its source is gone. */
  void forget(MirrorSource mirror) {
    mirrors.values().remove(mirror);
  }

  /** A packet of ours found no room on its way to another shard, which does not keep up. */
  void countLost() {
    lost.increment();
  }

  /** How many did. Any thread. */
  public long lost() {
    return lost.get();
  }

  /** How many sources of other shards are watched here. */
  public int mirrors() {
    return mirrors.size();
  }
}

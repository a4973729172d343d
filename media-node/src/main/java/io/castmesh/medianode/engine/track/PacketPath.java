package io.castmesh.medianode.engine.track;

import io.castmesh.medianode.engine.loop.Counter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The steps a packet takes, in order, as a list one can read. A stage lets a packet go on or drops
 * it, and counts packets and drops; bytes are counted where a path begins and ends. The packet is
 * one object used again and again: nothing is allocated here.
 *
 * @param <P> what the stages work on
 */
public final class PacketPath<P> {

  /** One step. */
  @FunctionalInterface
  public interface Step<P> {
    /** Returns false to drop the packet. */
    boolean process(P packet);
  }

  /** A step with its name and counters. */
  public static final class Stage<P> {
    private final String name;
    private final Step<P> step;
    private final Counter passed = new Counter();
    private final Counter dropped = new Counter();

    private Stage(String name, Step<P> step) {
      this.name = name;
      this.step = step;
    }

    public String name() {
      return name;
    }

    public long passed() {
      return passed.get();
    }

    public long dropped() {
      return dropped.get();
    }
  }

  private final List<Stage<P>> stages;

  @SafeVarargs
  @SuppressWarnings("varargs") // List.of copies and keeps nothing of the array
  public PacketPath(Stage<P>... stages) {
    this.stages = List.of(stages);
  }

  public static <P> Stage<P> stage(String name, Step<P> step) {
    return new Stage<>(name, step);
  }

  /** Takes a packet through; returns whether it came out at the end. */
  public boolean run(P packet) {
    for (int i = 0; i < stages.size(); i++) { // no iterator
      Stage<P> stage = stages.get(i);
      if (!stage.step.process(packet)) {
        stage.dropped.increment();
        return false;
      }
      stage.passed.increment();
    }
    return true;
  }

  public List<Stage<P>> stages() {
    return stages;
  }

  /** Name, passed and dropped of every stage, for logs. */
  @Override
  public String toString() {
    return stages.stream()
        .map(stage -> stage.name() + " " + stage.passed() + "/" + stage.dropped())
        .collect(Collectors.joining(", "));
  }
}

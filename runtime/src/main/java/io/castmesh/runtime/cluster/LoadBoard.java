package io.castmesh.runtime.cluster;

import io.castmesh.contract.Nodes;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * What this process says of how much it has to do, each second with its beat: services add what
 * they count. Of a fixed size, however much there is.
 *
 * <p>Thread-safe; what services add must be so too.
 */
public final class LoadBoard {
  /** What services count. */
  public enum Figure {
    SESSIONS,
    LIVES,
    VIEWERS,
    CALLS
  }

  /** It is asked for more often than that: a rate of less time means nothing. */
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

  private final Map<Figure, List<IntSupplier>> figures = new ConcurrentHashMap<>();
  private final LongAdder requests = new LongAdder();
  private Nodes.Load last;
  private long lastAt = System.nanoTime();
  private long answered;

  /** Adds something that is counted; of two of one kind the sum is told. */
  public void count(Figure figure, IntSupplier now) {
    figures.computeIfAbsent(figure, first -> new CopyOnWriteArrayList<>()).add(now);
  }

  /** A client's request was answered. */
  public void answered() {
    requests.increment();
  }

  /** What stood there when it was last looked at, a second ago at most. */
  public synchronized Nodes.Load load() {
    long now = System.nanoTime();
    if (last == null || now - lastAt >= EVERY_NANOS) {
      last = look(now - lastAt);
      lastAt = now;
    }
    return last;
  }

  private Nodes.Load look(long nanos) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long all = requests.sum();
    double perSecond = Math.round((all - answered) * 1e10 / Math.max(1, nanos)) / 10.0;
    answered = all;
    return new Nodes.Load(
        sum(Figure.SESSIONS),
        sum(Figure.LIVES),
        sum(Figure.VIEWERS),
        sum(Figure.CALLS),
        perSecond,
        cpu(),
        heap.getUsed(),
        heap.getMax());
  }

  private int sum(Figure figure) {
    return figures.getOrDefault(figure, List.of()).stream().mapToInt(IntSupplier::getAsInt).sum();
  }

  private static double cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.round(system.getProcessCpuLoad() * 1000) / 1000.0
        : -1;
  }
}

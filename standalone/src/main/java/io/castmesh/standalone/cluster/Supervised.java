package io.castmesh.standalone.cluster;

import io.castmesh.embedded.Backoff;
import io.castmesh.standalone.cluster.Program.Run;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one process running until it is told to let it end. A thread of its own starts it, watches
 * it and starts it again; every method may be called from any thread, those that wait say so.
 */
final class Supervised {
  /** Where a process is in its life. */
  enum State {
    STARTING,
    READY,
    /** It runs and was ready, but says that it is not, or says nothing. */
    UNREADY,
    /** It was asked to end and finishes what it has begun. */
    DRAINING,
    /** Nobody wants it to run. */
    DOWN,
    /** It died; it is started again after a pause. */
    RESTARTING
  }

  /**
   * @param pid 0 while there is none
   * @param since when it came into this state
   * @param startedAt of the process; null while there is none
   * @param note why it is where it is, when that is not obvious
   */
  record Status(
      State state, long pid, int restarts, Instant since, Instant startedAt, String note) {
    Status in(State next, String why) {
      return new Status(next, pid, restarts, next == state ? since : Instant.now(), startedAt, why);
    }

    Status without() {
      return new Status(state, 0, restarts, since, null, note);
    }
  }

  private static final long SOON_MILLIS = 150;
  private static final long RUNNING_LOOK_MILLIS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(Supervised.class);

  private final ProcessSpec spec;
  private final BiConsumer<ProcessSpec, Status> listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Backoff backoff = new Backoff();

  // Guarded by the lock.
  private boolean wanted;
  private Duration grace = Duration.ZERO;
  private int launches;
  private Run run;

  /**
   * What the listener has been told: who waits for it finds that it has been told elsewhere, too.
   */
  private Status told = new Status(State.DOWN, 0, 0, Instant.now(), null, "");

  /** Written with the lock held; read without, also by listeners of other processes. */
  private volatile Status status = told;

  /**
   * @param listener told of each new status, in order, without any lock; while it takes its time
   *     nobody looks after the process
   */
  Supervised(ProcessSpec spec, BiConsumer<ProcessSpec, Status> listener) {
    this.spec = spec;
    this.listener = listener;
    Thread thread = new Thread(this::watchForever, spec.name());
    thread.setDaemon(true);
    thread.start();
  }

  ProcessSpec spec() {
    return spec;
  }

  Status status() {
    return status;
  }

  /** Whether somebody wants it to run. */
  boolean wanted() {
    lock.lock();
    try {
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  /** From now on it shall run; a pause after its death is cut short. */
  void start() {
    lock.lock();
    try {
      wanted = true;
      backoff.forget();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** From now on it shall not run. */
  void beginStop(Duration newGrace) {
    lock.lock();
    try {
      wanted = false;
      grace = newGrace;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it without asking; unless it was told to stop it is started again. */
  void kill() {
    Run victim;
    lock.lock();
    try {
      victim = run;
    } finally {
      lock.unlock();
    }
    if (victim != null) {
      victim.child().kill();
    }
  }

  /**
   * Blocks until it is ready, has died often enough to be given up, is not wanted any more, or the
   * time is over.
   */
  boolean awaitReady(Duration within, int deaths) {
    await(within, now -> now.state() == State.READY || !wanted || backoff.deaths() >= deaths);
    return status().state() == State.READY;
  }

  /** Blocks until it does not run any more. */
  boolean awaitDown(Duration within) {
    return await(within, now -> now.state() == State.DOWN);
  }

  /** Blocks until this very process is gone. */
  boolean awaitGone(long pid, Duration within) {
    return await(within, now -> now.pid() != pid);
  }

  private boolean await(Duration within, Predicate<Status> met) {
    long left = within.toNanos();
    lock.lock();
    try {
      while (!met.test(told)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void watchForever() {
    try {
      while (true) {
        awaitWanted();
        Instant begun = Instant.now();
        String why = outlive();
        Duration pause = afterwards(why, Duration.between(begun, Instant.now()));
        tell();
        rest(pause);
        tell();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that: the thread ends with the JVM
    }
  }

  private void awaitWanted() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!wanted) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whatever goes wrong in one life, there is a next one. */
  private String outlive() throws InterruptedException {
    try {
      return liveOnce();
    } catch (RuntimeException e) {
      kill();
      return e.toString();
    }
  }

  /**
   * From start to end.
   *
   * @return why it ended
   */
  private String liveOnce() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int restarts = launches++;
      become(new Status(State.STARTING, 0, restarts, Instant.now(), null, ""));
    } finally {
      lock.unlock();
    }
    tell();
    Run begun;
    try {
      begun = spec.program().start();
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
    begun.exit().whenComplete((exit, error) -> signal());
    lock.lockInterruptibly();
    try {
      run = begun;
      Instant now = Instant.now();
      become(new Status(State.STARTING, begun.child().pid(), status.restarts(), now, now, ""));
    } finally {
      lock.unlock();
    }
    tell();
    watch(begun);
    return end(begun);
  }

  /** Until it has ended or is not wanted any more. */
  private void watch(Run running) throws InterruptedException {
    boolean doubtful = false;
    while (true) {
      Health.Answer answer = spec.health().ask();
      lock.lockInterruptibly();
      try {
        if (over(running)) {
          return;
        }
        // Who dies stops answering a moment before it is seen to be gone: asked once more.
        doubtful = answer == Health.Answer.NOT_READY && status.state() == State.READY && !doubtful;
        if (!doubtful) {
          become(status.in(after(answer), ""));
        }
      } finally {
        lock.unlock();
      }
      tell();
      lock.lockInterruptibly();
      try {
        boolean soon = doubtful || status.state() != State.READY;
        if (!over(running)) {
          changed.await(soon ? SOON_MILLIS : RUNNING_LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (over(running)) {
          return;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Holding the lock. */
  private boolean over(Run running) {
    return running.exit().isDone() || !wanted;
  }

  private State after(Health.Answer answer) {
    return switch (answer) {
      case READY -> State.READY;
      case DRAINING -> State.DRAINING;
      case NOT_READY -> status.state() == State.STARTING ? State.STARTING : State.UNREADY;
    };
  }

  private String end(Run ending) throws InterruptedException {
    boolean asked;
    Duration forWork;
    lock.lockInterruptibly();
    try {
      asked = !ending.exit().isDone();
      forWork = grace;
      if (asked) {
        become(status.in(State.DRAINING, ""));
      }
    } finally {
      lock.unlock();
    }
    tell();
    if (asked) {
      ending.stop(forWork);
    }
    String why = why(ending);
    lock.lockInterruptibly();
    try {
      run = null;
    } finally {
      lock.unlock();
    }
    return why;
  }

  private static String why(Run ended) {
    try {
      int exit = ended.exit().join();
      return exit == 0 ? "" : exit == 137 ? "killed" : "exit status " + exit;
    } catch (CompletionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }

  /** What its end means: nothing more to do, or a pause. */
  private Duration afterwards(String why, Duration lived) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!wanted) {
        become(status.without().in(State.DOWN, why));
        return Duration.ZERO;
      }
      Duration pause = backoff.pause(lived);
      String times = backoff.deaths() > 2 ? " (" + backoff.deaths() + " times young)" : "";
      become(
          status.without().in(State.RESTARTING, (why.isEmpty() ? "ended by itself" : why) + times));
      return pause;
    } finally {
      lock.unlock();
    }
  }

  private void rest(Duration pause) throws InterruptedException {
    long left = pause.toNanos();
    lock.lockInterruptibly();
    try {
      // Orders end the pause: start() has forgotten the deaths, beginStop() wants no other life.
      while (left > 0 && wanted && backoff.deaths() > 0) {
        left = changed.awaitNanos(left);
      }
      if (!wanted && status.state() == State.RESTARTING) {
        become(status.in(State.DOWN, ""));
      }
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Holding the lock; what it has become is told without. */
  private void become(Status next) {
    status = next;
  }

  /** By the watching thread alone, after each change. */
  private void tell() {
    Status now = status;
    if (now.state() != told.state() || now.pid() != told.pid()) {
      try {
        listener.accept(spec, now);
      } catch (RuntimeException e) {
        // Whatever became of the news, the process is looked after.
        log.warn("news are lost process={} error={}", spec.name(), e.toString());
      }
    }
    lock.lock();
    try {
      told = now;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

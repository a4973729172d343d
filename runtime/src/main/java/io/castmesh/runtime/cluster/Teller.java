package io.castmesh.runtime.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.vertx.core.Completable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every member of the cluster what this node serves: soon after a change, when somebody
 * comes, and every few seconds.
 *
 * <p>Thread-safe; works on one thread of its own, which {@link #start} makes and {@link #stop}
 * ends.
 */
final class Teller {
  private static final Logger log = LoggerFactory.getLogger(Teller.class);

  /** The name of Hazelcast's executor that takes statements at each member. */
  static final String EXECUTOR = "castmesh.statements";

  private static final long EVERY_SECONDS = 5;

  /** Changes come in groups: a service registers all that it serves when it starts. */
  private static final long SOON_MILLIS = 5;

  /** Who has not answered by then hears it with the next ones. */
  private static final long ANSWER_SECONDS = 2;

  private final Registrations registrations;
  private final Runnable eachTime;
  private final List<Completable<Void>> waiting = new ArrayList<>();
  private ScheduledExecutorService thread;
  private HazelcastInstance hazelcast;

  /**
   * @param eachTime is called every few seconds, too
   */
  Teller(Registrations registrations, Runnable eachTime) {
    this.registrations = registrations;
    this.eachTime = eachTime;
  }

  synchronized void start(HazelcastInstance instance) {
    hazelcast = instance;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, "membership");
              made.setDaemon(true);
              return made;
            });
    thread.scheduleWithFixedDelay(
        guarded(
            () -> {
              tellNow(List.of());
              eachTime.run();
            }),
        EVERY_SECONDS,
        EVERY_SECONDS,
        TimeUnit.SECONDS);
  }

  /** Also when it has never started. */
  synchronized void stop() {
    if (thread != null) {
      thread.shutdownNow();
    }
    waiting.forEach(Completable::succeed);
    waiting.clear();
  }

  /**
   * Says it soon.
   *
   * @param told completes when all who are there have heard it, or have left, or after 2 s
   */
  synchronized void tell(Completable<Void> told) {
    if (thread == null || thread.isShutdown()) {
      told.succeed();
      return;
    }
    waiting.add(told);
    if (waiting.size() == 1) {
      thread.schedule(guarded(() -> tellNow(due())), SOON_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized List<Completable<Void>> due() {
    List<Completable<Void>> due = List.copyOf(waiting);
    waiting.clear();
    return due;
  }

  private void tellNow(List<Completable<Void>> told) {
    Statement statement = registrations.statement();
    List<Member> others = statement == null ? List.of() : others();
    Answers answers = new Answers(others.size(), told);
    for (Member other : others) {
      try {
        hazelcast
            .getExecutorService(EXECUTOR)
            .submitToMember(new Statement.Carrier(statement.json()), other, answers);
      } catch (RuntimeException e) {
        answers.onFailure(e);
      }
    }
    if (!told.isEmpty() && answers.open()) {
      try {
        thread.schedule(answers::end, ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException stopped) {
        answers.end();
      }
    }
  }

  /** Nobody, while Hazelcast ends. */
  private List<Member> others() {
    try {
      return hazelcast.getCluster().getMembers().stream().filter(m -> !m.localMember()).toList();
    } catch (HazelcastInstanceNotActiveException e) {
      return List.of();
    }
  }

  /** What throws would not be called again by the executor. */
  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException e) {
        log.debug("not told error={}", e.toString());
      }
    };
  }

  /** Those who are waited for. */
  private static final class Answers implements ExecutionCallback<Object> {
    private final AtomicInteger missing;
    private final List<Completable<Void>> told;

    Answers(int others, List<Completable<Void>> told) {
      this.missing = new AtomicInteger(others);
      this.told = told;
      if (others == 0) {
        complete();
      }
    }

    boolean open() {
      return missing.get() > 0;
    }

    @Override
    public void onResponse(Object nothing) {
      if (missing.decrementAndGet() == 0) {
        complete();
      }
    }

    /** It has left, or is about to; else it hears the next one. */
    @Override
    public void onFailure(Throwable error) {
      onResponse(null);
    }

    void end() {
      if (missing.getAndSet(Integer.MIN_VALUE) > 0) {
        complete();
      }
    }

    private void complete() {
      told.forEach(Completable::succeed);
    }
  }
}

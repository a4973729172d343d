package io.castmesh.gateway.session;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.metrics.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the gateway counts of sockets and sessions. Told on the gateway's event loop, read by
 * whoever scrapes.
 */
final class SessionMeters {
  /** Strangers may send any method: those that do not exist are one. */
  private static final String UNKNOWN = "unknown";

  private final Set<String> methods;
  private final Counters requests;
  private final Timers durations;
  private final Counters closed;
  private final Counters resumes;
  private final Counters events;
  private final Counter dropped;
  private final Counter refused;
  private final Counter messages;
  private final Counter received;
  private final Counter sent;
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicLong outbox = new AtomicLong();
  private final AtomicLong deepest = new AtomicLong();

  /**
   * @param methods that exist
   */
  SessionMeters(MeterRegistry metrics, Set<String> methods, GatewayConfig.Limits limits) {
    this.methods = methods;
    requests = Metric.REQUESTS.counters(metrics);
    durations = Metric.REQUEST.timers(metrics);
    closed = Metric.SOCKETS_CLOSED.counters(metrics);
    resumes = Metric.RESUMES.counters(metrics);
    events = Metric.EVENTS.counters(metrics);
    dropped = Metric.EVENTS_DROPPED.counter(metrics);
    refused = Metric.SOCKETS_REFUSED.counter(metrics);
    messages = Metric.MESSAGES_RECEIVED.counter(metrics);
    received = Metric.BYTES_RECEIVED.counter(metrics);
    sent = Metric.BYTES_SENT.counter(metrics);
    Metric.SESSIONS.gauge(metrics, sessions, AtomicInteger::get);
    Metric.SOCKETS.gauge(metrics, sockets, AtomicInteger::get);
    Metric.SOCKETS_LIMIT.constant(metrics, limits.sockets());
    Metric.OUTBOX.gauge(metrics, outbox, AtomicLong::get);
    Metric.OUTBOX_DEEPEST.gauge(metrics, deepest, AtomicLong::get);
    Metric.OUTBOX_LIMIT.constant(metrics, limits.outboxBytes());
    // From the start: who watches is to see the first failure as an increase.
    methods.forEach(
        method -> {
          durations.of(method);
          requests.of(method, "ok");
        });
  }

  void sessions(int now) {
    sessions.set(now);
  }

  /** From any thread. */
  int sessions() {
    return sessions.get();
  }

  void sockets(int now) {
    sockets.set(now);
  }

  /** What waits to leave, as of now. */
  void outboxes(Collection<Connection> connections) {
    long all = 0;
    long most = 0;
    for (Connection connection : connections) {
      all += connection.unsent();
      most = Math.max(most, connection.unsent());
    }
    outbox.set(all);
    deepest.set(most);
  }

  /**
   * @param error null: it was answered
   */
  void answered(String method, Throwable error, long nanos) {
    String known = methods.contains(method) ? method : UNKNOWN;
    durations.of(known).record(nanos, TimeUnit.NANOSECONDS);
    requests.of(known, outcome(error)).increment();
  }

  /** Nothing of it was carried out. */
  void refused(Failure why) {
    requests.of(UNKNOWN, why.name().toLowerCase(Locale.ROOT)).increment();
  }

  void socketRefused() {
    refused.increment();
  }

  void closed(CloseCode code) {
    closed.of(code.name().toLowerCase(Locale.ROOT)).increment();
  }

  /**
   * @param outcome complete, incomplete or lost
   */
  void resumed(String outcome) {
    resumes.of(outcome).increment();
  }

  void received(int bytes) {
    messages.increment();
    received.increment(bytes);
  }

  void sent(int bytes) {
    sent.increment(bytes);
  }

  void event(String method) {
    events.of(method).increment();
  }

  void dropped(int count) {
    dropped.increment(count);
  }

  /** ok, or the name of the failure. */
  static String outcome(Throwable error) {
    if (error == null) {
      return "ok";
    }
    Failure failure = error instanceof FailureException known ? known.failure() : Failure.INTERNAL;
    return failure.name().toLowerCase(Locale.ROOT);
  }
}

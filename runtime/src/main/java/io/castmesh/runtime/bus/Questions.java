package io.castmesh.runtime.bus;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Nodes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions on their way. One that nobody serves at the moment is asked again for a while: it was
 * never handled. When a process dies, those that nobody has acknowledged are asked again, too: they
 * were sent to the dead one, or it takes them a moment longer. Thread-safe.
 */
final class Questions {
  private static final Logger log = LoggerFactory.getLogger(Questions.class);

  static final String ID = "question";
  static final String ASKER = "asker";

  /** Handlers that are not done by then say that they have the question. */
  static final long ACKNOWLEDGE_MILLIS = 200;

  /** For acknowledgements that are under way when a process dies. */
  private static final long AFTER_DEATH_MILLIS = 300;

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  /** So long nobody may serve an endpoint, as while its only instance restarts. */
  private static final long NOBODY_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final Vertx vertx;
  private final String node;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Asked> open = new ConcurrentHashMap<>();

  Questions(Vertx vertx, String node) {
    this.vertx = vertx;
    this.node = node;
  }

  private final class Asked {
    private final long id = ids.incrementAndGet();
    private final long begin = System.nanoTime();
    private final Endpoint<?, ?> endpoint;
    private final Object question;
    private final Supplier<DeliveryOptions> options;
    private final Promise<Object> answer;
    private final Context context;
    private volatile boolean acknowledged;
    private int refusals;

    Asked(Endpoint<?, ?> endpoint, Object question, Supplier<DeliveryOptions> options) {
      this.endpoint = endpoint;
      this.question = question;
      this.options = options;
      this.context = vertx.getOrCreateContext();
      this.answer = ((ContextInternal) context).promise();
    }

    private long nanosLeft() {
      return endpoint.deadline().toNanos() - (System.nanoTime() - begin);
    }

    private void send() {
      long left = TimeUnit.NANOSECONDS.toMillis(nanosLeft());
      if (left <= 0) {
        fail(Failure.TIMEOUT.exception());
        return;
      }
      DeliveryOptions delivery = options.get().setSendTimeout(left);
      if (vertx.isClustered()) {
        delivery.addHeader(ID, Long.toString(id)).addHeader(ASKER, node);
      }
      vertx
          .eventBus()
          .request(endpoint.address(), question, delivery)
          .onComplete(reply -> finish(reply.body()), this::failed);
    }

    private void failed(Throwable error) {
      if (error instanceof ReplyException reply
          && reply.failureType() == ReplyFailure.NO_HANDLERS
          && vertx.isClustered()
          && !dedicated()
          && System.nanoTime() - begin < Math.min(NOBODY_NANOS, endpoint.deadline().toNanos())) {
        long pause = Math.min(FIRST_PAUSE_MILLIS << Math.min(refusals++, 8), LONGEST_PAUSE_MILLIS);
        vertx
            .timer(pause, TimeUnit.MILLISECONDS)
            .onComplete(timer -> context.runOnContext(ignored -> send()));
        return;
      }
      fail(toFailure(endpoint.address(), error));
    }

    private boolean dedicated() {
      return endpoint.address().indexOf('@') >= 0;
    }

    private void finish(Object body) {
      open.remove(id);
      answer.tryComplete(body);
    }

    private void fail(FailureException failure) {
      open.remove(id);
      answer.tryFail(failure);
    }
  }

  Future<Object> ask(Endpoint<?, ?> endpoint, Object question, Supplier<DeliveryOptions> options) {
    Asked asked = new Asked(endpoint, question, options);
    if (vertx.isClustered()) {
      open.put(asked.id, asked);
    }
    asked.send();
    return asked.answer.future();
  }

  void received(Nodes.Received received) {
    Asked asked = open.get(received.question());
    if (asked != null) {
      asked.acknowledged = true;
    }
  }

  /** A process is gone, and with it what it was asked. */
  void nodeLeft() {
    List<Asked> before = List.copyOf(open.values());
    vertx
        .timer(AFTER_DEATH_MILLIS, TimeUnit.MILLISECONDS)
        .onComplete(
            timer -> {
              for (Asked asked : before) {
                if (!asked.acknowledged && open.containsKey(asked.id)) {
                  log.info("asked again endpoint={}", asked.endpoint.address());
                  asked.context.runOnContext(ignored -> asked.send());
                }
              }
            });
  }

  private static FailureException toFailure(String address, Throwable error) {
    if (!(error instanceof ReplyException reply)) {
      log.error("question failed endpoint={}", address, error);
      return Failure.INTERNAL.exception();
    }
    if (reply.failureType() == ReplyFailure.TIMEOUT) {
      return Failure.TIMEOUT.exception();
    }
    if (reply.failureType() == ReplyFailure.NO_HANDLERS) {
      return Failure.UNAVAILABLE.exception();
    }
    return Failure.ofCode(reply.failureCode())
        .map(failure -> failure.exception(reply.getMessage()))
        .orElseGet(Failure.INTERNAL::exception);
  }
}

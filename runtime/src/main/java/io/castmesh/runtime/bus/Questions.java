package io.castmesh.runtime.bus;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Keyed;
import io.castmesh.contract.Nodes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.ContextInternal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions on their way. In a cluster each goes to one node that is known to serve it. When that
 * node dies, another is asked what may be asked twice, and who asked anything else is told so at
 * once. What nobody serves at the moment is asked again for a while: it was never handled.
 *
 * <p>Thread-safe.
 */
final class Questions {
  private static final Logger log = LoggerFactory.getLogger(Questions.class);

  /** The header that names the endpoint. */
  static final String ENDPOINT = "endpoint";

  /** How a node says that it does not serve what it is asked, not any more or not yet. */
  static final int NOT_SERVED = -1;

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  /** So long nobody may serve an endpoint, as while its only instance restarts. */
  private static final long NOBODY_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final Vertx vertx;
  private final Directory directory;
  private final BusMeters meters;
  private final Set<Asked> open = ConcurrentHashMap.newKeySet();

  Questions(Vertx vertx, Directory directory, BusMeters meters) {
    this.vertx = vertx;
    this.meters = meters;
    this.directory = directory;
  }

  private final class Asked {
    private final long begin = System.nanoTime();
    private final Endpoint<?, ?> endpoint;
    private final Object question;
    private final Supplier<DeliveryOptions> options;
    private final Promise<Object> answer;
    private final Context context;
    private final String key;
    private volatile String target;
    private int refusals;

    Asked(Endpoint<?, ?> endpoint, Object question, Supplier<DeliveryOptions> options) {
      this.endpoint = endpoint;
      this.question = question;
      this.key = question instanceof Keyed keyed ? keyed.orderKey() : null;
      this.options = options;
      this.context = vertx.getOrCreateContext();
      this.answer = ((ContextInternal) context).promise();
    }

    private void send() {
      long left =
          TimeUnit.NANOSECONDS.toMillis(
              endpoint.deadline().toNanos() - (System.nanoTime() - begin));
      if (left <= 0) {
        fail(Failure.TIMEOUT.exception());
        return;
      }
      String node = vertx.isClustered() ? directory.pick(endpoint.address(), key, target) : null;
      target = node;
      DeliveryOptions delivery = options.get().setSendTimeout(left);
      String address = endpoint.address();
      if (node != null) {
        delivery.addHeader(ENDPOINT, address);
        address = Nodes.questionsAt(node);
      }
      vertx
          .eventBus()
          .request(address, question, delivery)
          .onComplete(
              reply -> finish(reply.body()),
              error -> {
                // What an earlier, given up attempt says does not count.
                if (node == null || node.equals(target)) {
                  failed(error);
                }
              });
    }

    private void failed(Throwable error) {
      boolean nobody =
          error instanceof ReplyException reply
              && (reply.failureType() == ReplyFailure.NO_HANDLERS
                  || reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
                      && reply.failureCode() == NOT_SERVED);
      if (!nobody) {
        fail(toFailure(endpoint.address(), error));
      } else if (vertx.isClustered()
          && endpoint.address().indexOf('@') < 0
          && System.nanoTime() - begin < Math.min(NOBODY_NANOS, endpoint.deadline().toNanos())) {
        long pause = Math.min(FIRST_PAUSE_MILLIS << Math.min(refusals++, 8), LONGEST_PAUSE_MILLIS);
        vertx
            .timer(pause, TimeUnit.MILLISECONDS)
            .onComplete(timer -> context.runOnContext(ignored -> send()));
      } else {
        fail(Failure.UNAVAILABLE.exception());
      }
    }

    /** The one who was asked is gone, and with it, perhaps, what it was doing about it. */
    private void targetLeft() {
      if (endpoint.repeatable() && endpoint.address().indexOf('@') < 0) {
        send();
      } else {
        fail(Failure.UNAVAILABLE.exception());
      }
    }

    private void finish(Object body) {
      open.remove(this);
      if (answer.tryComplete(body)) {
        meters.answered(endpoint, null, System.nanoTime() - begin);
      }
    }

    private void fail(FailureException failure) {
      open.remove(this);
      if (answer.tryFail(failure)) {
        meters.answered(endpoint, failure, System.nanoTime() - begin);
      }
    }
  }

  Future<Object> ask(Endpoint<?, ?> endpoint, Object question, Supplier<DeliveryOptions> options) {
    Asked asked = new Asked(endpoint, question, options);
    meters.asked();
    if (vertx.isClustered()) {
      open.add(asked);
    }
    asked.send();
    return asked.answer.future();
  }

  /** A node is gone. */
  void left(String node) {
    int unanswered = 0;
    for (Asked asked : open) {
      if (node.equals(asked.target)) {
        unanswered++;
        asked.context.runOnContext(ignored -> asked.targetLeft());
      }
    }
    if (unanswered > 0) {
      log.info("unanswered by a node that is gone node={} questions={}", node, unanswered);
    }
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

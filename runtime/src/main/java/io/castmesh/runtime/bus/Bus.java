package io.castmesh.runtime.bus;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The typed event bus: the only place that knows addresses as text. Every question is answered
 * exactly once, within its deadline, with a record or with a failure of the catalogue.
 *
 * <p>Handlers run on the context that called {@link #serve} or {@link #listen}; one that throws or
 * fails with anything outside of the catalogue is logged and answered as {@link Failure#INTERNAL}.
 */
public final class Bus {
  private static final Logger log = LoggerFactory.getLogger(Bus.class);

  private final Vertx vertx;

  private Bus(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Registers the codec: once for each Vert.x instance. */
  public static Bus of(Vertx vertx) {
    vertx.eventBus().registerCodec(new RecordCodec());
    return new Bus(vertx);
  }

  /**
   * Asks whoever serves the endpoint.
   *
   * @return the answer, or a {@link FailureException}: {@link Failure#TIMEOUT} after the endpoint's
   *     deadline, {@link Failure#UNAVAILABLE} when nobody serves it
   */
  public <Q, R> Future<R> ask(Endpoint<Q, R> endpoint, Q question) {
    DeliveryOptions options = options().setSendTimeout(endpoint.deadline().toMillis());
    return vertx
        .eventBus()
        .<Object>request(endpoint.address(), question, options)
        .map(reply -> body(reply.body(), endpoint.response()))
        .recover(error -> Future.failedFuture(toFailure(endpoint.address(), error)));
  }

  /** Tells every node that listens. */
  public <E> void emit(Topic<E> topic, E event) {
    vertx.eventBus().publish(topic.address(), event, options());
  }

  /** Answers an endpoint; the future completes when the whole cluster knows. */
  public <Q, R> Future<Registration> serve(
      Endpoint<Q, R> endpoint, Function<Q, Future<R>> handler) {
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(endpoint.address());
    consumer.handler(
        message ->
            Trace.with(
                vertx,
                message.headers().get(Trace.HEADER),
                () -> answer(endpoint, handler, message)));
    return consumer.completion().map(consumer::unregister);
  }

  /** Hears a topic; the future completes when the whole cluster knows. */
  public <E> Future<Registration> listen(Topic<E> topic, Consumer<E> handler) {
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(topic.address());
    consumer.handler(
        message ->
            Trace.with(
                vertx, message.headers().get(Trace.HEADER), () -> hear(topic, handler, message)));
    return consumer.completion().map(consumer::unregister);
  }

  /** A consumer that can be taken back. */
  @FunctionalInterface
  public interface Registration {
    Future<Void> cancel();
  }

  private <Q, R> Void answer(
      Endpoint<Q, R> endpoint, Function<Q, Future<R>> handler, Message<Object> message) {
    Future<R> answer;
    try {
      answer = handler.apply(body(message.body(), endpoint.request()));
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        result -> message.reply(result, options()),
        error -> fail(endpoint.address(), message, error));
    return null;
  }

  private static <E> Void hear(Topic<E> topic, Consumer<E> handler, Message<Object> message) {
    try {
      handler.accept(body(message.body(), topic.type()));
    } catch (RuntimeException e) {
      log.error("listener failed topic={}", topic.address(), e);
    }
    return null;
  }

  private static void fail(String address, Message<Object> message, Throwable error) {
    if (error instanceof FailureException known) {
      message.fail(known.failure().code(), known.details().orElse(null));
    } else {
      log.error("handler failed endpoint={}", address, error);
      message.fail(Failure.INTERNAL.code(), null);
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

  private static <T> T body(Object body, Class<T> type) {
    if (body instanceof RecordCodec.Wire wire) {
      try {
        return Json.read(wire.json(), type);
      } catch (IllegalArgumentException e) {
        throw Failure.INVALID_REQUEST.exception(e.getMessage());
      }
    }
    if (!type.isInstance(body)) {
      throw Failure.INVALID_REQUEST.exception("not a " + type.getSimpleName());
    }
    return type.cast(body);
  }

  private static DeliveryOptions options() {
    DeliveryOptions options = new DeliveryOptions().setCodecName(RecordCodec.NAME);
    String trace = Trace.current();
    return trace == null ? options : options.addHeader(Trace.HEADER, trace);
  }
}

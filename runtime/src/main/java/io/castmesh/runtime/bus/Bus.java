package io.castmesh.runtime.bus;

import io.castmesh.contract.Done;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Nodes;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.cluster.Membership;
import io.castmesh.runtime.life.Freeze;
import io.castmesh.runtime.trace.Step;
import io.castmesh.runtime.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The typed event bus: the only place that knows addresses as text. Every question is answered
 * exactly once, within its deadline, with a record or with a failure of the catalogue. Every event
 * reaches every listener that was there, once and in the order of its node: what is lost between
 * two nodes is noticed and asked for again.
 *
 * <p>Handlers run on the context that called {@link #serve} or {@link #listen}; one that throws or
 * fails with anything outside of the catalogue is logged and answered as {@link Failure#INTERNAL}.
 */
public final class Bus {
  private static final Logger log = LoggerFactory.getLogger(Bus.class);

  /** For news of a withdrawal to reach everybody, and for what was sent before it to arrive. */
  private static final long WITHDRAWN_MILLIS = 300;

  private static final long IN_FLIGHT_MILLIS = 20;

  private final Vertx vertx;
  private final String node;
  private final Membership membership;
  private final Freeze freeze;
  private final Tracing tracing;
  private final Directory directory = new Directory();
  private final Questions questions;
  private final Events events;
  private final List<Served> served = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean retiring;

  private record Served(
      String address,
      Context context,
      Consumer<Message<Object>> answer,
      MessageConsumer<Object> consumer) {
    boolean shared() {
      return address.indexOf('@') < 0;
    }
  }

  private Bus(
      Vertx vertx,
      String node,
      Membership membership,
      Freeze freeze,
      BusMeters meters,
      Tracing tracing) {
    this.tracing = tracing;
    this.freeze = freeze;
    this.vertx = vertx;
    this.node = node;
    this.membership = membership;
    this.questions = new Questions(vertx, directory, meters);
    this.events =
        new Events(
            vertx,
            node,
            membership == null,
            meters,
            tracing,
            (source, missed) -> ask(Nodes.REPAIR.at(source), missed));
  }

  /**
   * Registers the codec: once for each Vert.x instance.
   *
   * @param node names this process to the others
   * @param membership null: there are no others
   * @param freeze what others asked of this process while it stood still is not done any more
   */
  public static Bus of(
      Vertx vertx,
      String node,
      Membership membership,
      Freeze freeze,
      MeterRegistry metrics,
      Tracing tracing) {
    vertx.eventBus().registerCodec(new RecordCodec());
    return new Bus(vertx, node, membership, freeze, new BusMeters(metrics), tracing);
  }

  /**
   * Begins to take questions of others, and to answer for what this node has emitted.
   *
   * @param hasDied whether a node is known to have died
   * @param onFarewell hears of a node that leaves in order, and of which nothing is missing here
   */
  public Future<Void> join(Predicate<String> hasDied, Consumer<String> onFarewell) {
    events.join(hasDied);
    MessageConsumer<Object> asked = vertx.eventBus().consumer(Nodes.questionsAt(node));
    asked.handler(this::dispatch);
    return Future.all(
            asked.completion(),
            serve(Nodes.REPAIR.at(node), missed -> Future.succeededFuture(events.after(missed))),
            serve(
                Nodes.FAREWELL.at(node),
                farewell ->
                    events
                        .take(farewell)
                        .onComplete(taken -> onFarewell.accept(farewell.node()))
                        .map(Done.DONE)))
        .mapEmpty();
  }

  /**
   * Asks whoever serves the endpoint.
   *
   * @return the answer, or a {@link FailureException}: {@link Failure#TIMEOUT} after the endpoint's
   *     deadline, {@link Failure#UNAVAILABLE} when nobody serves it
   */
  public <Q, R> Future<R> ask(Endpoint<Q, R> endpoint, Q question) {
    Step step = tracing.question(Messages.name(endpoint.address()));
    String trace = step.traceparent();
    return questions
        .ask(endpoint, question, () -> Messages.options(trace))
        .onComplete(answer -> step.end(), step::end)
        .map(answer -> Messages.body(answer, endpoint.response()));
  }

  /** Tells every node that listens; those that are cut off for a while hear it afterwards. */
  public <E> void emit(Topic<E> topic, E event) {
    events.emit(topic, event);
  }

  /** Tells every node that can be reached now: for what is said again soon. */
  public <E> void tell(Topic<E> topic, E event) {
    events.tell(topic, event);
  }

  /**
   * Takes events back that were emitted for a single node, with {@code topic.at(node)}, and that it
   * has not taken before it left in order.
   *
   * @param taker gets the event, and when its node has left, in nanoseconds
   */
  public <E> void onReturned(Topic<E> topic, ObjLongConsumer<E> taker) {
    events.onReturned(topic, taker);
  }

  /** Whether a node has left in order: what is emitted for it comes back. */
  public boolean hasLeft(String other) {
    return events.hasLeft(other);
  }

  /** Hears a topic; the future completes when the whole cluster knows. */
  public <E> Future<Registration> listen(Topic<E> topic, Consumer<E> handler) {
    return events.listen(topic, handler, () -> {});
  }

  /**
   * @param onGap events of this topic are lost for good: what depends on them is to be read again
   */
  public <E> Future<Registration> listen(Topic<E> topic, Consumer<E> handler, Runnable onGap) {
    return events.listen(topic, handler, onGap);
  }

  /** Hears a topic whose events are said again soon: nothing is asked for that is missing. */
  public <E> Future<Registration> hearOnce(Topic<E> topic, Consumer<E> handler) {
    return events.hearOnce(topic, handler);
  }

  /** Answers an endpoint; the future completes when the whole cluster knows. */
  public <Q, R> Future<Registration> serve(
      Endpoint<Q, R> endpoint, Function<Q, Future<R>> handler) {
    Consumer<Message<Object>> answer =
        message -> {
          if (isLate(endpoint)) {
            message.fail(Questions.NOT_SERVED, null);
            return;
          }
          Step step =
              tracing.answer(
                  Messages.name(endpoint.address()), message.headers().get(Messages.TRACE));
          step.trace().run(vertx, () -> answer(endpoint, handler, message, step));
        };
    Context context = vertx.getOrCreateContext();
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(endpoint.address());
    consumer.handler(answer::accept);
    Served one = new Served(endpoint.address(), context, answer, consumer);
    served.add(one);
    return consumer
        .completion()
        .map(
            () -> {
              served.remove(one);
              return consumer.unregister();
            });
  }

  /**
   * Whether a question may have waited while this process stood still: whoever asked has given it
   * up by now, or soon will, or has asked somebody else. Those that only this very node can answer
   * and that may be asked twice do no harm late.
   */
  private boolean isLate(Endpoint<?, ?> endpoint) {
    boolean harmless = endpoint.repeatable() && endpoint.address().indexOf('@') >= 0;
    return membership != null && !harmless && freeze.isAftermath();
  }

  /** The addresses of the questions that this node takes. */
  public List<String> serves() {
    return served.stream()
        .filter(one -> !retiring || !one.shared())
        .map(Served::address)
        .distinct()
        .sorted()
        .toList();
  }

  /** A question of another node has come to this one's address for all of them. */
  private void dispatch(Message<Object> message) {
    String address = message.headers().get(Questions.ENDPOINT);
    List<Served> able = served.stream().filter(one -> one.address().equals(address)).toList();
    if (able.isEmpty()) {
      message.fail(Questions.NOT_SERVED, null);
      return;
    }
    Served one = able.get(Math.floorMod(turn.getAndIncrement(), able.size()));
    one.context().runOnContext(ignored -> one.answer().accept(message));
  }

  /** A consumer that can be taken back. */
  @FunctionalInterface
  public interface Registration {
    Future<Void> cancel();
  }

  /** The number of the last event by address, of what this node has emitted of late. */
  public Map<String, Long> heads() {
    return events.heads();
  }

  /**
   * A node says what it serves and what it has emitted.
   *
   * @param serves null: as said before
   */
  public void heard(String other, List<String> serves, Map<String, Long> heads) {
    if (serves != null) {
      directory.update(other, serves);
    }
    if (!other.equals(node)) {
      events.heard(other, heads);
    }
  }

  /** A node has died, left or fallen silent: nothing is asked of it, nor expected. */
  public void left(String other) {
    directory.remove(other);
    questions.left(other);
  }

  /** A node that will not come back: nothing is kept for it or of it. */
  public void forget(String other) {
    events.forget(other);
  }

  /**
   * Leaves: nothing is listened to any more, and the others take what they miss of this node.
   *
   * @param others the nodes that are there
   * @return completes when they have, or at the deadline of {@link Nodes#FAREWELL}
   */
  public Future<Void> leave(List<String> others) {
    return events
        .close()
        .compose(
            taken ->
                Future.join(
                    others.stream()
                        .map(o -> farewell(o, taken.getOrDefault(o, Map.of())))
                        .toList()))
        .mapEmpty();
  }

  private Future<?> farewell(String other, Map<String, Long> taken) {
    return ask(Nodes.FAREWELL.at(other), new Nodes.Farewell(node, heads(), taken))
        .onFailure(
            error -> log.warn("farewell unanswered by={} error={}", other, error.getMessage()))
        .otherwiseEmpty();
  }

  /**
   * Is not asked any more, but by those who mean this very node, and completes when everything that
   * it was asked is answered.
   *
   * @param beat tells the others what this node serves
   */
  public Future<Void> retire(Runnable beat) {
    List<Served> shared = served.stream().filter(Served::shared).toList();
    retiring = true;
    beat.run();
    Future<Void> withdrawn = Future.succeededFuture();
    if (membership != null) {
      withdrawn =
          Future.join(shared.stream().map(s -> membership.withdraw(s.address())).toList())
              .otherwiseEmpty()
              .compose(done -> vertx.timer(WITHDRAWN_MILLIS, TimeUnit.MILLISECONDS))
              .mapEmpty();
    }
    return withdrawn
        .eventually(() -> Future.join(shared.stream().map(s -> s.consumer().unregister()).toList()))
        .compose(unregistered -> idle());
  }

  private Future<Void> idle() {
    return inFlight.get() == 0
        ? Future.succeededFuture()
        : vertx.timer(IN_FLIGHT_MILLIS, TimeUnit.MILLISECONDS).compose(timer -> idle());
  }

  private <Q, R> Void answer(
      Endpoint<Q, R> endpoint, Function<Q, Future<R>> handler, Message<Object> message, Step step) {
    inFlight.incrementAndGet();
    Future<R> answer;
    try {
      answer = handler.apply(Messages.body(message.body(), endpoint.request()));
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        result -> {
          inFlight.decrementAndGet();
          step.end();
          message.reply(result, Messages.options(step.traceparent()));
        },
        error -> {
          inFlight.decrementAndGet();
          step.end(error);
          fail(endpoint.address(), message, error);
        });
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
}

package io.castmesh.runtime.bus;

import static io.castmesh.runtime.bus.Messages.TRACE;

import io.castmesh.contract.Nodes;
import io.castmesh.contract.Nodes.Missed;
import io.castmesh.contract.Nodes.Repair;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.bus.Bus.Registration;
import io.castmesh.runtime.trace.Step;
import io.castmesh.runtime.trace.Tracing;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of this node and what it hears of others: numbered by node and address, kept for a
 * while, asked for where they are missing, given back where their node has left.
 *
 * <p>Thread-safe; handlers run on the context that listens.
 */
final class Events {
  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private static final String NODE = "node";
  private static final String SEQ = "seq";

  private final Vertx vertx;
  private final String node;
  private final boolean alone;
  private final BusMeters meters;
  private final Tracing tracing;
  private final BiFunction<String, Missed, Future<Repair>> ask;
  private final SentEvents sent = new SentEvents(System::nanoTime);
  private final Returns returns;
  private final Map<Inlet, String> inlets = new ConcurrentHashMap<>();
  private volatile Predicate<String> died = other -> false;

  /**
   * @param alone there are no other nodes
   * @param ask asks a node for what is missing
   */
  Events(
      Vertx vertx,
      String node,
      boolean alone,
      BusMeters meters,
      Tracing tracing,
      BiFunction<String, Missed, Future<Repair>> ask) {
    this.vertx = vertx;
    this.node = node;
    this.alone = alone;
    this.meters = meters;
    this.tracing = tracing;
    this.ask = ask;
    this.returns = new Returns(vertx, sent);
  }

  /**
   * @param hasDied whether a node is known to have died
   */
  void join(Predicate<String> hasDied) {
    died = hasDied;
  }

  /** Tells every node that listens; those that are cut off for a while hear it afterwards. */
  <E> void emit(Topic<E> topic, E event) {
    meters.emitted(topic);
    if (alone) {
      tell(topic, event);
      return;
    }
    String trace = Messages.current();
    Buffer json = Json.buffer(event);
    RecordCodec.Encoded encoded = new RecordCodec.Encoded(event, json);
    sent.add(
        topic.address(),
        trace,
        json,
        seq ->
            vertx
                .eventBus()
                .publish(
                    topic.address(),
                    encoded,
                    Messages.options(trace)
                        .addHeader(NODE, node)
                        .addHeader(SEQ, Long.toString(seq))));
    returns.emitted(topic.address());
  }

  /**
   * Takes events back that were emitted for a single node, with {@code topic.at(node)}, and that it
   * has not taken before it left in order.
   *
   * @param taker gets the event, and when its node has left, in nanoseconds
   */
  <E> void onReturned(Topic<E> topic, ObjLongConsumer<E> taker) {
    returns.onReturned(topic, taker);
  }

  /** Whether a node has left in order: what is emitted for it comes back. */
  boolean hasLeft(String other) {
    return returns.hasLeft(other);
  }

  /** Tells every node that can be reached now: for what is said again soon. */
  <E> void tell(Topic<E> topic, E event) {
    vertx.eventBus().publish(topic.address(), event, Messages.options(Messages.current()));
  }

  /**
   * Hears a topic; the future completes when the whole cluster knows.
   *
   * @param onGap events of this topic are lost for good: what depends on them is to be read again
   */
  <E> Future<Registration> listen(Topic<E> topic, Consumer<E> handler, Runnable onGap) {
    Inlet inlet =
        new Inlet(
            vertx,
            topic.address(),
            topic.address().indexOf('@') >= 0,
            (body, trace) -> hear(topic, handler, body, trace),
            onGap,
            ask,
            source -> hasLeft(source) || died.test(source),
            meters);
    meters.listens(topic.address());
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(topic.address());
    consumer.handler(message -> take(topic, inlet, handler, message));
    inlets.put(inlet, topic.address());
    return consumer
        .completion()
        .map(
            () -> {
              inlets.remove(inlet);
              return consumer.unregister();
            });
  }

  /** Hears a topic whose events are said again soon: nothing is asked for that is missing. */
  <E> Future<Registration> hearOnce(Topic<E> topic, Consumer<E> handler) {
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(topic.address());
    consumer.handler(message -> hear(topic, handler, message.body(), message.headers().get(TRACE)));
    return consumer.completion().map(() -> consumer.unregister());
  }

  /** What this node has emitted after a number. */
  Repair after(Missed missed) {
    return sent.after(missed);
  }

  /** The number of the last event by address, of what this node has emitted of late. */
  Map<String, Long> heads() {
    return sent.heads();
  }

  /** Another node has emitted so many. */
  void heard(String other, Map<String, Long> heads) {
    inlets.forEach(
        (inlet, address) -> {
          Long head = heads.get(address);
          if (head != null) {
            inlet.heard(other, head);
          }
        });
  }

  /** Another node leaves; completes when nothing of it is missing here. */
  Future<?> take(Nodes.Farewell farewell) {
    returns.left(farewell.node(), farewell.taken());
    List<Future<Void>> complete = new ArrayList<>();
    inlets.forEach(
        (inlet, address) -> {
          Long head = farewell.heads().get(address);
          if (head != null) {
            complete.add(inlet.complete(farewell.node(), head));
          }
        });
    return Future.join(complete);
  }

  /**
   * Nothing is listened to any more.
   *
   * @return the number of the last event that was taken, by node and address
   */
  Future<Map<String, Map<String, Long>>> close() {
    Map<String, Map<String, Long>> taken = new ConcurrentHashMap<>();
    List<Future<?>> closed = new ArrayList<>();
    inlets.forEach(
        (inlet, address) ->
            closed.add(inlet.close().onSuccess(last -> note(address, last, taken))));
    return Future.join(closed).map(taken);
  }

  private static void note(
      String address, Map<String, Long> last, Map<String, Map<String, Long>> taken) {
    last.forEach(
        (source, seq) ->
            taken.computeIfAbsent(source, fresh -> new ConcurrentHashMap<>()).put(address, seq));
  }

  /** A node that will not come back: nothing is kept for it or of it. */
  void forget(String other) {
    returns.forget(other);
    inlets.keySet().forEach(inlet -> inlet.forget(other));
    sent.forget(other);
  }

  private <E> void take(Topic<E> topic, Inlet inlet, Consumer<E> handler, Message<Object> message) {
    MultiMap headers = message.headers();
    String source = headers.get(NODE);
    String trace = headers.get(TRACE);
    if (source == null || source.equals(node)) {
      hear(topic, handler, message.body(), trace);
    } else {
      inlet.accept(source, Long.parseLong(headers.get(SEQ)), message.body(), trace);
    }
  }

  private <E> void hear(Topic<E> topic, Consumer<E> handler, Object body, String trace) {
    Step step = tracing.event(Messages.name(topic.address()), trace);
    step.trace()
        .run(
            vertx,
            () -> {
              try {
                handler.accept(Messages.body(body, topic.type()));
                step.end();
              } catch (RuntimeException e) {
                log.error("listener failed topic={}", topic.address(), e);
                step.end(e);
              }
              return null;
            });
  }
}

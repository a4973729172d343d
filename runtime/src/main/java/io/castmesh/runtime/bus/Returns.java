package io.castmesh.runtime.bus;

import io.castmesh.contract.Nodes.Sent;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events for a single node that has left before it took them: they come back to whoever can say
 * where else they are to go. The node itself has said how far it came, so none is lost and none
 * comes twice.
 *
 * <p>Thread-safe.
 */
final class Returns {
  private static final Logger log = LoggerFactory.getLogger(Returns.class);

  private final Vertx vertx;
  private final SentEvents sent;
  private final Map<String, ObjLongConsumer<String>> takers = new ConcurrentHashMap<>();
  private final Map<String, Long> left = new ConcurrentHashMap<>();

  Returns(Vertx vertx, SentEvents sent) {
    this.vertx = vertx;
    this.sent = sent;
  }

  <E> void onReturned(Topic<E> topic, ObjLongConsumer<E> taker) {
    takers.put(topic.address(), (json, at) -> taker.accept(Json.read(json, topic.type()), at));
  }

  boolean hasLeft(String node) {
    return left.containsKey(node);
  }

  /**
   * A node has left in order.
   *
   * @param taken the number of the last event that it took from this node, by address
   */
  void left(String node, Map<String, Long> taken) {
    left.putIfAbsent(node, System.nanoTime());
    String mark = "@" + node;
    sent.heads()
        .forEach(
            (address, head) -> {
              if (address.endsWith(mark)) {
                giveBack(address, taken.getOrDefault(address, 0L));
              }
            });
  }

  /** An event has been emitted: for a node that has left, it comes back at once. */
  void emitted(String address) {
    int at = address.indexOf('@');
    if (at >= 0 && !left.isEmpty() && left.containsKey(address.substring(at + 1))) {
      giveBack(address, 0);
    }
  }

  void forget(String node) {
    left.remove(node);
  }

  private void giveBack(String address, long after) {
    int mark = address.indexOf('@');
    ObjLongConsumer<String> taker = takers.get(address.substring(0, mark));
    Long leftAt = left.get(address.substring(mark + 1));
    List<Sent> events = sent.takeBack(address, after);
    if (taker == null || leftAt == null || events.isEmpty()) {
      return;
    }
    log.debug("events come back topic={} count={}", address, events.size());
    for (Sent event : events) {
      Trace.orFresh(event.trace())
          .run(
              vertx,
              () -> {
                taker.accept(event.body(), leftAt);
                return null;
              });
    }
  }
}

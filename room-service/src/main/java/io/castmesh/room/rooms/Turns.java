package io.castmesh.room.rooms;

import io.castmesh.contract.Failure;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Lets the work of one room happen one after the other, in the order in which it came: an offer is
 * told before the candidates that its sender wrote after it. Belongs to one event loop.
 */
final class Turns {
  /** Of one room; what comes on top is refused. */
  private static final int WAITING = 512;

  private static final class Line {
    private Future<?> last = Future.succeededFuture();
    private int waiting;
  }

  private final Map<String, Line> lines = new HashMap<>();

  <T> Future<T> take(String room, Supplier<Future<T>> work) {
    Line line = lines.computeIfAbsent(room, key -> new Line());
    if (line.waiting >= WAITING) {
      return Future.failedFuture(Failure.TOO_MANY_REQUESTS.exception("too much in this room"));
    }
    line.waiting++;
    Future<T> mine =
        line.last.transform(
            before -> {
              try {
                return work.get();
              } catch (RuntimeException e) {
                return Future.failedFuture(e);
              }
            });
    line.last = mine;
    return mine.onComplete(
        done -> {
          if (--line.waiting == 0) {
            lines.remove(room, line);
          }
        });
  }
}

package io.castmesh.media.registry;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Work that waits for Redis, a few at a time. Confined to the event loop of media-service. */
public final class SideBySide {
  private static final int AT_ONCE = 8;

  private SideBySide() {}

  /** Completes when all is done; never fails: what fails is for the work itself to tell. */
  public static <T> Future<Void> each(Collection<T> all, Function<T, Future<Void>> work) {
    Iterator<T> left = List.copyOf(all).iterator();
    return Future.join(Stream.generate(() -> next(left, work)).limit(AT_ONCE).toList()).mapEmpty();
  }

  private static <T> Future<Void> next(Iterator<T> left, Function<T, Future<Void>> work) {
    return left.hasNext()
        ? work.apply(left.next()).otherwiseEmpty().compose(done -> next(left, work))
        : Future.succeededFuture();
  }
}

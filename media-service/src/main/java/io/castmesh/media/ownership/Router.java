package io.castmesh.media.ownership;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.Registry;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds the instance that has a live or call. While that is dead and nobody has taken over yet, the
 * question waits as long as whoever asked it does: nobody has handled it, so it may be asked again.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class Router {
  private static final long PAUSE_MILLIS = 400;

  /** For the answer itself, after the last attempt. */
  private static final Duration SPARE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Bus bus;
  private final Registry registry;
  private final Succession succession;
  private final String instance;

  public Router(Vertx vertx, Bus bus, Registry registry, Succession succession, String instance) {
    this.vertx = vertx;
    this.bus = bus;
    this.registry = registry;
    this.succession = succession;
    this.instance = instance;
  }

  /**
   * Answers here, or has the owner answer.
   *
   * @param unknown what it means that nobody has it
   */
  public <Q, R> Future<R> ask(
      MediaKey key,
      Endpoint<Q, R> endpoint,
      Q request,
      Function<Q, Future<R>> here,
      Failure unknown) {
    return attempt(
        () -> registry.owner(key), key, endpoint, request, here, unknown, patience(endpoint));
  }

  /** The same for something that this instance may begin when nobody has it. */
  public <Q, R> Future<R> askOrBegin(
      MediaKey key, Endpoint<Q, R> endpoint, Q request, Function<Q, Future<R>> here) {
    return attempt(
        () -> registry.claim(key).map(Optional::of),
        key,
        endpoint,
        request,
        here,
        Failure.MEDIA_UNAVAILABLE,
        patience(endpoint));
  }

  /**
   * Another instance has handed on what this one has, as Redis says: answers it, or begins it again
   * when it has ended since.
   */
  public <Q, R> Future<R> answerOrBegin(MediaKey key, Q request, Function<Q, Future<R>> here) {
    if (succession.has(key)) {
      return here.apply(request);
    }
    return registry
        .claim(key)
        .compose(
            owner ->
                owner.equals(instance) && !succession.adopting(key)
                    ? here.apply(request)
                    : Future.failedFuture(Failure.UNAVAILABLE.exception()));
  }

  private interface Owner {
    Future<Optional<String>> find();
  }

  private static long patience(Endpoint<?, ?> endpoint) {
    return System.nanoTime() + endpoint.deadline().minus(SPARE).toNanos();
  }

  private <Q, R> Future<R> attempt(
      Owner owner,
      MediaKey key,
      Endpoint<Q, R> endpoint,
      Q request,
      Function<Q, Future<R>> here,
      Failure unknown,
      long until) {
    if (succession.has(key)) {
      return here.apply(request);
    }
    return owner
        .find()
        .compose(
            found -> {
              if (found.isEmpty()) {
                return Future.<R>failedFuture(unknown.exception());
              }
              if (!found.get().equals(instance)) {
                return bus.ask(endpoint.at(found.get()), request);
              }
              // What is being adopted is here in a moment.
              return succession.adopting(key)
                  ? Future.<R>failedFuture(Failure.UNAVAILABLE.exception())
                  : here.apply(request);
            })
        .recover(
            error -> {
              boolean unanswered =
                  error instanceof FailureException known && known.failure() == Failure.UNAVAILABLE;
              if (!unanswered) {
                return Future.failedFuture(error);
              }
              if (System.nanoTime() - until > 0) {
                return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
              }
              return vertx
                  .timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                  .compose(waited -> attempt(owner, key, endpoint, request, here, unknown, until));
            });
  }
}

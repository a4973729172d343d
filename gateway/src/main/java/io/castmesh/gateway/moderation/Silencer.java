package io.castmesh.gateway.moderation;

import io.castmesh.contract.Calls;
import io.castmesh.contract.Media;
import io.castmesh.contract.Rooms;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what muted people say at the moment: live, call, rooms. A service that does not hear it is
 * asked again until it does, for as long as the mute holds.
 *
 * <p>Belongs to the gateway's event loop, which ends its timers.
 */
public final class Silencer {
  private static final Logger log = LoggerFactory.getLogger(Silencer.class);

  private static final long AGAIN_MILLIS = 2_000;

  private final Vertx vertx;
  private final Bus bus;
  private final Sanctions sanctions;
  private final Set<String> unheard = new HashSet<>();

  public Silencer(Vertx vertx, Bus bus, Sanctions sanctions) {
    this.vertx = vertx;
    this.bus = bus;
    this.sanctions = sanctions;
  }

  /** Completes when every service has answered or has been given up for now; may be done twice. */
  public Future<Void> silence(String userId) {
    return ask(userId)
        .onFailure(
            error -> {
              if (unheard.add(userId)) {
                log.warn("not silenced yet user={} error={}", userId, error.getMessage());
                askLater(userId);
              }
            })
        .otherwiseEmpty();
  }

  private Future<Void> ask(String userId) {
    return Future.join(
            bus.ask(Media.END_LIVE_OF, new Media.EndLiveOf(userId, "moderated")),
            bus.ask(Calls.END_OF, new Calls.EndCallOf(userId)),
            bus.ask(Rooms.REMOVE, new Rooms.Remove(userId)))
        .<Void>mapEmpty()
        .onSuccess(heard -> unheard.remove(userId));
  }

  private void askLater(String userId) {
    vertx.setTimer(
        AGAIN_MILLIS,
        timer -> {
          if (sanctions.mute(userId).isEmpty()) {
            unheard.remove(userId);
          } else if (unheard.contains(userId)) {
            ask(userId)
                .onSuccess(heard -> log.info("silenced user={}", userId))
                .onFailure(still -> askLater(userId));
          }
        });
  }
}

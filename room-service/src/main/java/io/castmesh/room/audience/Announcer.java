package io.castmesh.room.audience;

import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.store.RedisStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a live's presenter who came and went, and its viewers how many they are, at a pace that a
 * crowd does not change: so many people by name in a second, and one count a second. The last count
 * is always told, and read when it is told, so that what stays on the screen is right.
 *
 * <p>Belongs to one event loop; forgets a live after a second in which nothing happened.
 */
public final class Announcer {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  static final Duration BEAT = Duration.ofSeconds(1);

  private record Visitor(String liveId, User user, Instant time, int viewers) {}

  private record Viewers(String liveId, int viewers) {}

  /** What was said of a live in the running second. */
  private static final class Pace {
    private int named;
    private boolean changed;
    private boolean presenterMissedSome;
  }

  private final Vertx vertx;
  private final RedisStore redis;
  private final ClientMessenger clients;
  private final int namesPerBeat;
  private final Counter named;
  private final Counter counted;
  private final Map<String, Pace> paces = new HashMap<>();

  /**
   * @param namesPerBeat people announced one by one in a second
   */
  public Announcer(
      Vertx vertx,
      RedisStore redis,
      ClientMessenger clients,
      int namesPerBeat,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.redis = redis;
    this.clients = clients;
    this.namesPerBeat = namesPerBeat;
    Counters told = Metric.ANNOUNCEMENTS.counters(metrics);
    this.named = told.of("name");
    this.counted = told.of("count");
  }

  void joined(String live, Presenter presenter, User viewer, Instant time, int viewers) {
    announce("live.viewerJoined", live, presenter, new Visitor(live, viewer, time, viewers));
  }

  void left(String live, Presenter presenter, User viewer, Instant time, int viewers) {
    announce("live.viewerLeft", live, presenter, new Visitor(live, viewer, time, viewers));
  }

  /** Nobody came or went, but the count may have been told wrong meanwhile: it is told again. */
  void counted(String live) {
    Pace pace = paces.get(live);
    if (pace == null) {
      Pace first = new Pace();
      paces.put(live, first);
      vertx.setTimer(BEAT.toMillis(), timer -> nextBeat(live, first));
      pace = first;
    }
    pace.changed = true;
  }

  void forget(String live) {
    paces.remove(live);
  }

  /** Tells at once what would have waited for the next beat. */
  public Future<Void> flush() {
    List<Future<Void>> all = new ArrayList<>();
    for (Map.Entry<String, Pace> entry : Map.copyOf(paces).entrySet()) {
      if (entry.getValue().changed) {
        all.add(tellCount(entry.getKey(), entry.getValue()));
      }
    }
    return Future.join(all).mapEmpty();
  }

  private void announce(String method, String live, Presenter presenter, Visitor visitor) {
    Pace pace = paces.get(live);
    boolean first = pace == null;
    if (first) {
      pace = new Pace();
      paces.put(live, pace);
    }
    if (pace.named < namesPerBeat) {
      pace.named++;
      named.increment();
      clients.toSession(presenter.session(), method, visitor);
    } else {
      counted.increment();
      pace.presenterMissedSome = true;
    }
    pace.changed = true;
    if (first) {
      beat(live, pace);
    }
  }

  private void beat(String live, Pace pace) {
    vertx.setTimer(BEAT.toMillis(), timer -> nextBeat(live, pace));
    tellCount(live, pace);
  }

  private void nextBeat(String live, Pace pace) {
    if (paces.get(live) != pace) {
      return;
    }
    if (pace.changed) {
      pace.named = 0;
      beat(live, pace);
    } else {
      paces.remove(live);
    }
  }

  private Future<Void> tellCount(String live, Pace pace) {
    boolean presenterToo = pace.presenterMissedSome;
    pace.changed = false;
    pace.presenterMissedSome = false;
    return redis
        .eval(AudienceScripts.RECIPIENTS, List.of(), live)
        .onSuccess(reply -> tellCount(live, reply, presenterToo))
        .onFailure(
            error -> {
              log.warn("count not told live={} error={}", live, error.getMessage());
              counted(live);
              paces.get(live).presenterMissedSome |= presenterToo;
            })
        .mapEmpty();
  }

  private void tellCount(String live, Response reply, boolean presenterToo) {
    if (reply == null) {
      return;
    }
    List<SessionRef> recipients = new ArrayList<>();
    for (int i = 2; i < reply.size(); i += 2) {
      recipients.add(new SessionRef(reply.get(i).toString(), reply.get(i + 1).toString()));
    }
    if (presenterToo) {
      recipients.add(Json.read(reply.get(1).toString(), Presenter.class).session());
    }
    clients.toSessions(recipients, "live.viewers", new Viewers(live, reply.get(0).toInteger()));
  }
}

package io.castmesh.media.placement;

import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media.DrainServer;
import io.castmesh.contract.Media.Server;
import io.castmesh.contract.Media.Servers;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.kurento.KurentoLinks;
import io.castmesh.media.registry.Instances;
import io.castmesh.media.session.MediaSessions;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses media servers by what all instances have on them. What the others have is as old as their
 * last word, a second or two: a server may get a little more than its limit, and stops then.
 *
 * <p>Confined to the event loop of media-service.
 */
public final class Placement {
  private static final Logger log = LoggerFactory.getLogger(Placement.class);

  private final KurentoLinks links;
  private final MediaSessions sessions;
  private final Instances instances;
  private final int sessionsPerServer;

  public Placement(
      KurentoLinks links, MediaSessions sessions, Instances instances, int sessionsPerServer) {
    this.links = links;
    this.sessions = sessions;
    this.instances = instances;
    this.sessionsPerServer = sessionsPerServer;
  }

  /**
   * The server with least to do, for a live or call.
   *
   * @throws io.castmesh.contract.FailureException {@code MEDIA_UNAVAILABLE} when none can be
   *     reached that is in use, {@code MEDIA_FULL} when all of them are full
   */
  public KurentoLink leastLoaded() {
    return leastLoaded(this::load);
  }

  /**
   * The same for what has lost its server. It may take the room of people that are expected and not
   * there yet: they have to find room themselves.
   */
  public KurentoLink leastLoadedAgain() {
    return leastLoaded(this::there);
  }

  private KurentoLink leastLoaded(ToIntFunction<KurentoLink> taken) {
    List<KurentoLink> usable =
        links.all().stream().filter(link -> link.up() && !instances.draining(link.url())).toList();
    if (usable.isEmpty()) {
      throw Failure.MEDIA_UNAVAILABLE.exception();
    }
    return usable.stream()
        .filter(link -> taken.applyAsInt(link) < sessionsPerServer)
        .min(Comparator.comparingInt(this::load))
        .orElseThrow(Failure.MEDIA_FULL::exception);
  }

  /**
   * One more joins what is on a server.
   *
   * @throws io.castmesh.contract.FailureException {@code MEDIA_FULL}
   */
  public void requireRoom(KurentoLink link) {
    requireRoom(load(link));
  }

  /** The same for one who is expected there. */
  public void requireRoomAgain(KurentoLink link) {
    requireRoom(there(link));
  }

  private void requireRoom(int taken) {
    if (taken >= sessionsPerServer) {
      throw Failure.MEDIA_FULL.exception();
    }
  }

  /** With what is expected there: a server that is chosen has to do with it from then on. */
  private int load(KurentoLink link) {
    return sessions.boundFor(link) + instances.sessionsOfOthers(link.url());
  }

  private int there(KurentoLink link) {
    return sessions.on(link) + instances.sessionsOfOthers(link.url());
  }

  /** What this instance says to the others. */
  public Instances.State state() {
    Map<String, Integer> counts = new HashMap<>();
    links.all().forEach(link -> counts.put(link.url(), sessions.boundFor(link)));
    Set<String> up =
        links.all().stream()
            .filter(KurentoLink::up)
            .map(KurentoLink::url)
            .collect(Collectors.toSet());
    return new Instances.State(counts, up, instances.node(), instances.leaving());
  }

  public Future<Servers> servers() {
    return Future.succeededFuture(new Servers(load()));
  }

  /** Every server, with what all instances have on it. */
  List<Server> load() {
    return links.all().stream()
        .map(
            link ->
                new Server(
                    link.url(),
                    link.up() || instances.upForOthers(link.url()),
                    instances.draining(link.url()),
                    load(link)))
        .toList();
  }

  /** What is on the server stays there until it ends. */
  public Future<Done> drain(DrainServer request) {
    if (links.all().stream().noneMatch(link -> link.url().equals(request.url()))) {
      return Future.failedFuture(Failure.NOT_FOUND.exception());
    }
    log.info("media server {} url={}", request.draining() ? "drains" : "in use", request.url());
    return instances.drain(request.url(), request.draining()).map(Done.DONE);
  }
}

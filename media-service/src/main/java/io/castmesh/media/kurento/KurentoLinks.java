package io.castmesh.media.kurento;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The media servers of this instance. */
public final class KurentoLinks {
  private final List<KurentoLink> links;

  public KurentoLinks(List<String> urls, Function<String, KurentoLink> connector) {
    this.links = urls.stream().map(connector).toList();
  }

  /** Completes when each has been tried once. */
  public Future<Void> start() {
    return Future.join(links.stream().map(KurentoLink::start).toList()).mapEmpty();
  }

  /** The one of that address, if this instance is connected to it. */
  public Optional<KurentoLink> up(String url) {
    return links.stream().filter(link -> link.up() && link.url().equals(url)).findFirst();
  }

  public long up() {
    return links.stream().filter(KurentoLink::up).count();
  }

  public List<KurentoLink> all() {
    return links;
  }

  public Future<Void> close() {
    return Future.join(links.stream().map(KurentoLink::close).toList()).mapEmpty();
  }
}

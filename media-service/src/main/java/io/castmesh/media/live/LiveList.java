package io.castmesh.media.live;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.LivesQuery;
import io.castmesh.media.registry.LiveRecord;
import io.castmesh.media.registry.Registry;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The lives of all instances, as people see them: the newest first, with how many watch. */
public final class LiveList {
  private final Bus bus;
  private final Registry registry;

  public LiveList(Bus bus, Registry registry) {
    this.bus = bus;
    this.registry = registry;
  }

  public Future<Media.Lives> find(LivesQuery query) {
    Future<List<LiveRecord>> found =
        query.liveId() == null
            ? registry.lives()
            : registry.live(query.liveId()).map(live -> live.stream().toList());
    return found.compose(this::withSizes).map(Media.Lives::new);
  }

  private Future<List<Media.Live>> withSizes(List<LiveRecord> records) {
    List<LiveRecord> newest =
        records.stream().sorted(Comparator.comparing(LiveRecord::startedAt).reversed()).toList();
    List<String> ids = newest.stream().map(LiveRecord::liveId).toList();
    return bus.ask(Audience.SIZES, new Audience.SizesQuery(ids))
        .map(
            sizes -> {
              List<Media.Live> items = new ArrayList<>();
              for (int i = 0; i < newest.size(); i++) {
                // One that is over stays written down until its recording is finished.
                if (sizes.viewers().get(i) >= 0) {
                  items.add(item(newest.get(i), sizes.viewers().get(i)));
                }
              }
              return List.copyOf(items);
            });
  }

  static Media.Live item(LiveRecord live, int viewers) {
    return new Media.Live(
        live.liveId(),
        live.title(),
        live.presenter().user(),
        live.startedAt(),
        viewers,
        live.recorded());
  }
}

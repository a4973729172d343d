package io.castmesh.runtime.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * This process's place in the Hazelcast cluster. Beside what Vert.x asks of it, it tells who has
 * left, takes registrations back while their handlers still answer, and puts its own in again when
 * the cluster may have lost them.
 *
 * <p>Listeners are called on Hazelcast's threads and must not block.
 */
public final class Membership extends HazelcastClusterManager {
  /** Under this attribute of a Hazelcast member Vert.x keeps its own id of it. */
  private static final String NODE_ID = "__vertx.nodeId";

  private final List<Consumer<String>> left = new CopyOnWriteArrayList<>();

  /**
   * @param lite holds no data of the cluster, as befits processes that come and go with the load
   */
  public Membership(ClusterConfig config, boolean lite) {
    super(HazelcastConfig.of(config, lite));
  }

  /** Hears the member id of everybody who leaves or dies. */
  public void onLeft(Consumer<String> listener) {
    left.add(listener);
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    if (!getHazelcastInstance().getLifecycleService().isRunning()) {
      // It is this node that leaves: there is nothing to clear up any more.
      return;
    }
    // What follows waits for the cluster's data to be in order again; those who asked do not.
    String member = event.getMember().getAttribute(NODE_ID);
    if (member != null) {
      left.forEach(each -> each.accept(member));
    }
    super.memberRemoved(event);
  }

  /**
   * Nobody is to send to this node's handlers of an address any more; what is on its way is still
   * handled.
   */
  public Future<Void> withdraw(Vertx vertx, String address) {
    Promise<List<RegistrationInfo>> found = Promise.promise();
    getRegistrations(address, found);
    return found
        .future()
        .compose(
            all -> {
              Future<Void> done = Future.succeededFuture();
              for (RegistrationInfo one : all) {
                if (one.nodeId().equals(getNodeId())) {
                  Promise<Void> removed = Promise.promise();
                  removeRegistration(address, one, (Completable<Void>) removed);
                  done = done.compose(before -> removed.future());
                }
              }
              return done;
            });
  }

  /**
   * Puts this node's address and all its registrations in again, and forgets what it believes of
   * the others': a partition or several quick deaths may have lost some (vertx-hazelcast #196,
   * vert.x #5202). Blocking. The same happens by itself when a split has healed.
   */
  public void reassert() {
    stateChanged(new LifecycleEvent(LifecycleEvent.LifecycleState.MERGED));
  }
}

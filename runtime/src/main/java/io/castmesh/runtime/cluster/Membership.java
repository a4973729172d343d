package io.castmesh.runtime.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import io.castmesh.runtime.cluster.door.MemberDoor;
import io.castmesh.runtime.cluster.door.MemberKeys;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's place in the cluster. Hazelcast knows who is a member and carries what members say
 * of themselves; it holds no data. Each member tells each other one where its bus is and what it
 * serves there, when that changes and every few seconds: what is lost in a partition or by a death
 * is soon known again, and nobody waits for the cluster's data to be in order.
 *
 * <p>Listeners are called on threads of Hazelcast or of the {@link Teller} and must not block.
 */
public final class Membership implements ClusterManager, MembershipListener {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);

  /** Under this attribute a member says its node id. */
  private static final String NODE_ID = "castmesh.node";

  /** Who is no member, and says nothing for so long, is forgotten. */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final String nodeId = UUID.randomUUID().toString();
  private final Config config;
  private final String host;
  private final ClusterConfig.Tls tls;
  private final Registrations registrations = new Registrations(nodeId);
  private final Teller teller = new Teller(registrations, this::forgetTheSilent);
  private final List<Consumer<String>> left = new CopyOnWriteArrayList<>();
  private volatile Vertx vertx;
  private volatile HazelcastInstance hazelcast;
  private volatile RegistrationListener registrationListener = new RegistrationListener() {};
  private volatile NodeListener nodeListener;
  private volatile boolean active;

  /**
   * @param lite tells Hazelcast to keep no data there, as befits processes that come and go
   */
  public Membership(ClusterConfig cluster, boolean lite) {
    config = HazelcastConfig.of(cluster, lite);
    config.getMemberAttributeConfig().setAttribute(NODE_ID, nodeId);
    config.getUserContext().put(Statement.LISTENER, (Consumer<String>) this::heard);
    host = cluster.host();
    tls = cluster.tls();
  }

  /** Hears the member id of everybody who leaves or dies. */
  public void onLeft(Consumer<String> listener) {
    left.add(listener);
  }

  /**
   * Nobody is to send to this node's handlers of an address any more; what is on its way is still
   * handled.
   *
   * @return completes when the others know
   */
  public Future<Void> withdraw(String address) {
    registrations.removeAll(address);
    changed(Set.of(address));
    Promise<Void> told = Promise.promise();
    teller.tell(told);
    return told.future();
  }

  /** Says again at once what this node serves. */
  public void reassert() {
    teller.tell(Promise.promise());
  }

  @Override
  public void init(Vertx owner) {
    vertx = owner;
  }

  @Override
  public void join(Completable<Void> joined) {
    vertx
        .<Void>executeBlocking(
            () -> {
              MemberDoor door = door();
              hazelcast = HazelcastInstanceFactory.newHazelcastInstance(config, null, door);
              door.requireUsed();
              active = true;
              hazelcast.getCluster().addMembershipListener(this);
              hazelcast.getLifecycleService().addLifecycleListener(this::stateChanged);
              teller.start(hazelcast);
              return null;
            })
        .onComplete(joined);
  }

  private MemberDoor door() throws GeneralSecurityException {
    return tls.enabled()
        ? MemberDoor.locked(MemberKeys.read(vertx, tls.own(), tls.trusted()))
        : MemberDoor.open();
  }

  @Override
  public void leave(Completable<Void> done) {
    vertx
        .<Void>executeBlocking(
            () -> {
              active = false;
              teller.stop();
              if (hazelcast != null) {
                hazelcast.shutdown();
              }
              return null;
            })
        .onComplete(done);
  }

  @Override
  public boolean isActive() {
    return active;
  }

  @Override
  public String getNodeId() {
    return nodeId;
  }

  @Override
  public List<String> getNodes() {
    return hazelcast.getCluster().getMembers().stream()
        .map(Membership::nodeOf)
        .filter(Objects::nonNull)
        .toList();
  }

  @Override
  public void nodeListener(NodeListener listener) {
    nodeListener = listener;
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    registrationListener = listener;
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> known) {
    registrations.info(info);
    teller.tell(known);
  }

  @Override
  public NodeInfo getNodeInfo() {
    return registrations.info();
  }

  @Override
  public void getNodeInfo(String node, Completable<NodeInfo> answer) {
    NodeInfo info = registrations.infoOf(node);
    if (info == null) {
      answer.fail("not known in the cluster: " + node);
    } else {
      answer.succeed(info);
    }
  }

  @Override
  public void addRegistration(String address, RegistrationInfo one, Completable<Void> known) {
    registrations.add(address, one);
    changed(Set.of(address));
    tell(one, known);
  }

  @Override
  public void removeRegistration(String address, RegistrationInfo one, Completable<Void> known) {
    if (!registrations.remove(address, one)) {
      known.succeed();
      return;
    }
    changed(Set.of(address));
    tell(one, known);
  }

  private void tell(RegistrationInfo one, Completable<Void> known) {
    if (one.localOnly()) {
      known.succeed();
    } else {
      teller.tell(known);
    }
  }

  @Override
  public void getRegistrations(String address, Completable<List<RegistrationInfo>> answer) {
    answer.succeed(registrations.at(address));
  }

  @Override
  public String clusterHost() {
    return host;
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    String node = nodeOf(event.getMember());
    if (!active || node == null) {
      return;
    }
    teller.tell(Promise.promise());
    if (nodeListener != null) {
      nodeListener.nodeAdded(node);
    }
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    String node = nodeOf(event.getMember());
    // After a merge it may be back already, under another address of Hazelcast's.
    if (active && node != null && !getNodes().contains(node)) {
      gone(node);
    }
  }

  /** The smaller side of a partition has joined the larger one, and this node is of it. */
  private void stateChanged(LifecycleEvent event) {
    if (active && event.getState() == LifecycleEvent.LifecycleState.MERGED) {
      log.info("joined the others again after a partition");
      reassert();
    }
  }

  private void gone(String node) {
    changed(registrations.forget(node));
    left.forEach(listener -> listener.accept(node));
    if (nodeListener != null) {
      nodeListener.nodeLeft(node);
    }
  }

  /** On a thread of Hazelcast: another node has said what it serves. */
  private void heard(String json) {
    try {
      changed(registrations.heard(Statement.read(json), System.nanoTime()));
    } catch (RuntimeException e) {
      log.warn("a statement that cannot be read error={}", e.toString());
    }
  }

  private void forgetTheSilent() {
    List<String> silent = registrations.silentSince(System.nanoTime() - SILENT_NANOS);
    List<String> members = getNodes();
    silent.stream().filter(node -> !members.contains(node)).forEach(this::gone);
  }

  /** One at a time, each with what holds now: the last one that the bus hears is right. */
  private void changed(Set<String> addresses) {
    synchronized (registrations) {
      for (String address : addresses) {
        if (registrationListener.wantsUpdatesFor(address)) {
          registrationListener.registrationsUpdated(
              new RegistrationUpdateEvent(address, registrations.at(address)));
        }
      }
    }
  }

  private static String nodeOf(Member member) {
    return member.getAttribute(NODE_ID);
  }

  @Override
  public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> answer) {
    answer.fail(noData());
  }

  @Override
  public <K, V> Map<K, V> getSyncMap(String name) {
    throw noData();
  }

  @Override
  public void getLockWithTimeout(String name, long timeout, Completable<Lock> answer) {
    answer.fail(noData());
  }

  @Override
  public void getCounter(String name, Completable<Counter> answer) {
    answer.fail(noData());
  }

  private static UnsupportedOperationException noData() {
    return new UnsupportedOperationException("shared data of processes is kept in Redis");
  }
}

package io.castmesh.call;

import io.castmesh.call.state.Call;
import io.castmesh.call.state.Side;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Holder;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.cluster.Peers;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ends calls whose devices have vanished though nobody said so. A device without a lease is gone
 * after a while. A device of a dead gateway may come back through another one while its lease
 * lasts; but when both are of gateways that were gone before this instance began, everything was
 * restarted, nobody talks any more, and neither must stay busy until the leases have run out.
 *
 * <p>Belongs to the event loop of its verticle.
 */
final class CallDevices {
  private final Bus bus;
  private final Peers peers;
  private final CallWatch watch;
  private final Duration lostAfter;
  private final Clock clock;

  /** Devices without a lease, and since when. */
  private final Map<String, Instant> missing = new HashMap<>();

  /** Gateways that were there at some time: those that are cut off for a while stay known. */
  private final Set<String> met = new HashSet<>();

  /** Devices of gateways that nobody has met, and since when. */
  private final Map<String, Instant> orphaned = new HashMap<>();

  CallDevices(Bus bus, Peers peers, CallWatch watch, Duration lostAfter, Clock clock) {
    this.bus = bus;
    this.peers = peers;
    this.watch = watch;
    this.lostAfter = lostAfter;
    this.clock = clock;
  }

  Future<Void> look() {
    watch.remindOfBusy();
    peers.nodes().forEach(node -> met.add(node.node()));
    List<Call> talking = watch.accepted();
    List<String> devices = new ArrayList<>();
    for (Call call : talking) {
      devices.add(call.callerSession().sessionId());
      devices.add(call.calleeSession().sessionId());
    }
    if (devices.isEmpty()) {
      missing.clear();
      orphaned.clear();
      return Future.succeededFuture();
    }
    return bus.ask(Presence.HOLDERS, new Presence.HoldersQuery(devices))
        // While nobody can say who is there, nobody is known to be gone.
        .onFailure(
            away -> {
              missing.clear();
              orphaned.clear();
            })
        .compose(
            holders -> {
              Set<String> gone = new HashSet<>(devices);
              Set<String> unheld = new HashSet<>(devices);
              for (Holder holder : holders.items()) {
                gone.remove(holder.sessionId());
                if (peers.isAlive(holder.node())) {
                  met.add(holder.node());
                }
                if (met.contains(holder.node())) {
                  unheld.remove(holder.sessionId());
                }
              }
              note(missing, gone);
              note(orphaned, unheld);
              return endLost(talking);
            });
  }

  private void note(Map<String, Instant> since, Set<String> now) {
    since.keySet().retainAll(now);
    now.forEach(device -> since.putIfAbsent(device, clock.instant()));
  }

  private Future<Void> endLost(List<Call> talking) {
    Future<Void> all = Future.succeededFuture();
    for (Call call : talking) {
      String caller = call.callerSession().sessionId();
      String callee = call.calleeSession().sessionId();
      boolean bothOrphaned = isLong(orphaned, caller) && isLong(orphaned, callee);
      if (isLong(missing, caller) || bothOrphaned) {
        all = all.compose(done -> watch.lose(call, Side.CALLER));
      } else if (isLong(missing, callee)) {
        all = all.compose(done -> watch.lose(call, Side.CALLEE));
      }
    }
    return all;
  }

  private boolean isLong(Map<String, Instant> since, String device) {
    Instant first = since.get(device);
    return first != null && first.isBefore(clock.instant().minus(lostAfter));
  }
}

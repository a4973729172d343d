package io.castmesh.medianode.engine.rtc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peers of a loop, and whom a tick looks after: each time those who have something to do, and
 * of the crowd that only watches one part after the other. To look at everybody each time would
 * cost more than what there is to do: most of them are in no cache of the processor.
 *
 * <p>Peers are added and taken away from anywhere; the rest belongs to the loop.
 */
final class PeerTurns {
  private static final Logger log = LoggerFactory.getLogger(PeerTurns.class);

  /** A peer that only watches is looked after each 50 ms. */
  private static final int PARTS = 5;

  private final Set<RtcPeer> peers = ConcurrentHashMap.newKeySet();
  private volatile boolean changed;
  private final List<RtcPeer> busy = new ArrayList<>();
  private RtcPeer[] crowd = {};
  private int part;

  void add(RtcPeer peer) {
    peers.add(peer);
    changed = true;
  }

  void remove(RtcPeer peer) {
    peers.remove(peer);
    changed = true;
  }

  int size() {
    return peers.size();
  }

  Set<RtcPeer> all() {
    return peers;
  }

  /** A peer has something to do: it is looked after from the next tick on, while that is so. */
  void attend(RtcPeer peer) {
    if (!peer.isAttended() && peers.contains(peer)) {
      peer.attended(true);
      busy.add(peer);
    }
  }

  void tick(long now) {
    if (changed) {
      changed = false;
      crowd = peers.toArray(RtcPeer[]::new);
      busy.removeIf(peer -> !peers.contains(peer));
    }
    for (int i = busy.size() - 1; i >= 0; i--) {
      RtcPeer peer = busy.get(i);
      lookAfter(peer, now);
      if (!peer.connection().isBusy()) {
        peer.attended(false);
        busy.remove(i);
      }
    }
    part = (part + 1) % PARTS;
    for (int i = part; i < crowd.length; i += PARTS) {
      RtcPeer peer = crowd[i];
      if (!peer.isAttended()) {
        lookAfter(peer, now);
        if (peer.connection().isBusy()) {
          attend(peer);
        }
      }
    }
  }

  /** What goes wrong with one peer is not to harm the others. */
  private static void lookAfter(RtcPeer peer, long now) {
    try {
      peer.connection().tick(now);
    } catch (RuntimeException | Error e) {
      log.warn("peer {} could not be looked after", peer.id(), e);
    }
  }
}

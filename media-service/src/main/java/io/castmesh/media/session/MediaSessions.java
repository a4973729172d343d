package io.castmesh.media.session;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.media.kurento.KurentoLink;
import io.castmesh.media.registry.MediaKey;
import io.castmesh.media.registry.SessionRecord;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The media sessions of this instance, by id and by the client session that has them. */
public final class MediaSessions {
  private final int atMostPerClient;
  private final ClientMessenger clients;
  private final PeerFactory peers;
  private final Map<String, MediaSession> byId = new HashMap<>();
  private final Map<String, Map<String, MediaSession>> byClient = new HashMap<>();

  public MediaSessions(int videoKbps, int atMostPerClient, ClientMessenger clients) {
    this.atMostPerClient = atMostPerClient;
    this.clients = clients;
    this.peers = new PeerFactory(videoKbps);
  }

  /**
   * Begins a session, so that candidates find it while its peer is still being made.
   *
   * @param of what it belongs to
   */
  public MediaSession open(Caller caller, MediaKey of) {
    if (ofClient(caller.sessionId()).size() >= atMostPerClient) {
      throw Failure.MEDIA_LIMIT.exception();
    }
    return put(of.newMediaId(), caller);
  }

  /** Goes on with a session that another instance had. */
  public MediaSession adopt(SessionRecord record) {
    return put(record.mediaId(), record.caller());
  }

  private MediaSession put(String id, Caller caller) {
    MediaSession session = new MediaSession(id, caller, clients, peers);
    byId.put(id, session);
    byClient.computeIfAbsent(caller.sessionId(), ignored -> new LinkedHashMap<>()).put(id, session);
    return session;
  }

  public boolean has(String mediaId) {
    return byId.containsKey(mediaId);
  }

  /** How many are on a media server. */
  public int on(KurentoLink server) {
    return (int) byId.values().stream().filter(session -> session.on(server)).count();
  }

  /** How many are on a media server, or are expected there. */
  public int boundFor(KurentoLink server) {
    return (int) byId.values().stream().filter(session -> session.boundFor(server)).count();
  }

  /** A media session of the caller; somebody else's is not found. */
  public MediaSession of(Caller caller, String mediaId) {
    MediaSession session = byId.get(mediaId);
    if (session == null || !session.caller().sessionId().equals(caller.sessionId())) {
      throw Failure.MEDIA_NOT_FOUND.exception();
    }
    session.seen(caller);
    return session;
  }

  /** The client's offer in flight, or else the one that was answered a moment ago. */
  public Optional<MediaSession> inFlight(Caller caller) {
    return ofClient(caller.sessionId()).stream()
        .filter(MediaSession::inFlight)
        .max(Comparator.comparingLong(MediaSession::offeredAt));
  }

  public List<MediaSession> ofClient(String sessionId) {
    return List.copyOf(byClient.getOrDefault(sessionId, Map.of()).values());
  }

  /** Client sessions whose media began at least so long ago. */
  public List<String> clientsOlderThan(long millis) {
    List<String> old = new ArrayList<>();
    byClient.forEach(
        (client, sessions) -> {
          if (sessions.values().stream().allMatch(session -> session.olderThan(millis))) {
            old.add(client);
          }
        });
    return old;
  }

  public Collection<MediaSession> all() {
    return List.copyOf(byId.values());
  }

  /** Ends a session. */
  public Future<Void> close(MediaSession session) {
    forget(session);
    return session.close();
  }

  /** Another instance goes on with it: its client is told nothing. */
  public void handOver(MediaSession session) {
    forget(session);
    session.handOver();
  }

  private void forget(MediaSession session) {
    byId.remove(session.id());
    String client = session.caller().sessionId();
    Map<String, MediaSession> own = byClient.get(client);
    if (own != null) {
      own.remove(session.id());
      if (own.isEmpty()) {
        byClient.remove(client);
      }
    }
  }
}

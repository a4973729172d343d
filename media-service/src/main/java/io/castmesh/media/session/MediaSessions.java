package io.castmesh.media.session;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.runtime.bus.ClientMessenger;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The media sessions of this instance, by id and by the client session that has them. */
public final class MediaSessions {
  private final String instance;
  private final int atMostPerClient;
  private final ClientMessenger clients;
  private final PeerFactory peers;
  private final Map<String, MediaSession> byId = new HashMap<>();
  private final Map<String, Map<String, MediaSession>> byClient = new HashMap<>();

  /**
   * @param instance begins every id, so that another instance knows whom to ask
   */
  public MediaSessions(
      String instance, int videoKbps, int atMostPerClient, ClientMessenger clients) {
    this.instance = instance;
    this.atMostPerClient = atMostPerClient;
    this.clients = clients;
    this.peers = new PeerFactory(videoKbps);
  }

  /** Begins a session, so that candidates find it while its peer is still being made. */
  public MediaSession open(Caller caller) {
    Map<String, MediaSession> own =
        byClient.computeIfAbsent(caller.sessionId(), ignored -> new LinkedHashMap<>());
    if (own.size() >= atMostPerClient) {
      throw Failure.MEDIA_LIMIT.exception();
    }
    String id = instance + "-" + UUID.randomUUID();
    MediaSession session = new MediaSession(id, caller, clients, peers);
    byId.put(id, session);
    own.put(id, session);
    return session;
  }

  /** The instance that has a media session. */
  public static String instanceOf(String mediaId) {
    int end = mediaId.indexOf('-');
    if (end <= 0) {
      throw Failure.MEDIA_NOT_FOUND.exception();
    }
    return mediaId.substring(0, end);
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

  /** The session's latest offer. */
  public Optional<MediaSession> latest(Caller caller) {
    MediaSession last = null;
    for (MediaSession session : ofClient(caller.sessionId())) {
      session.seen(caller);
      last = session;
    }
    return Optional.ofNullable(last);
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

  /** Ends a session whose server is gone. */
  public void lose(MediaSession session) {
    forget(session);
    session.lost();
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

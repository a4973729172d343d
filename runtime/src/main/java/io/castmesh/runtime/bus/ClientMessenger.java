package io.castmesh.runtime.bus;

import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.Clients.Delivery;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends events to clients: encoded once, and once over the bus to each gateway that holds somebody
 * whom it concerns.
 */
public final class ClientMessenger {
  private final Bus bus;

  public ClientMessenger(Bus bus) {
    this.bus = bus;
  }

  /**
   * @param params a record or map that becomes the notification's params
   */
  public void toSession(SessionRef session, String method, Object params) {
    toSessions(List.of(session), method, params);
  }

  public void toSessions(Collection<SessionRef> sessions, String method, Object params) {
    if (sessions.isEmpty()) {
      return;
    }
    ClientEvent event = new ClientEvent(method, Json.text(params));
    Map<String, List<String>> byNode = new HashMap<>();
    for (SessionRef session : sessions) {
      byNode.computeIfAbsent(session.node(), node -> new ArrayList<>()).add(session.sessionId());
    }
    byNode.forEach(
        (node, ids) -> bus.emit(Clients.DELIVER.at(node), new Delivery(List.copyOf(ids), event)));
  }

  /** To every session of one user; answers how many there are. */
  public Future<Integer> toUser(String userId, String method, Object params) {
    return bus.ask(Presence.FIND, new Presence.Lookup(List.of(userId)))
        .map(
            found -> {
              List<SessionRef> sessions =
                  found.users().stream().flatMap(user -> user.sessions().stream()).toList();
              toSessions(sessions, method, params);
              return sessions.size();
            });
  }

  /** To everybody who is signed in. */
  public void toEveryone(String method, Object params) {
    bus.emit(Clients.BROADCAST, new ClientEvent(method, Json.text(params)));
  }
}

package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Clients.ClientEvent;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.Mesh;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hears on the bus what a gateway in this process would have to tell its clients. */
final class Ears {
  /** One client's one event. */
  record Heard(String session, String method, JsonObject params) {}

  final String node;
  final List<Heard> heard = new CopyOnWriteArrayList<>();
  final List<ClientEvent> broadcasts = new CopyOnWriteArrayList<>();

  Ears(Mesh mesh) {
    node = mesh.node();
    await(
        mesh.bus()
            .listen(
                Clients.DELIVER.at(node),
                delivery ->
                    delivery
                        .sessionIds()
                        .forEach(
                            session ->
                                heard.add(
                                    new Heard(
                                        session,
                                        delivery.event().method(),
                                        new JsonObject(delivery.event().params()))))));
    await(mesh.bus().listen(Clients.BROADCAST, broadcasts::add));
  }

  /** Somebody new with one session at this gateway. */
  Caller caller(String nickname) {
    return new Caller(new SessionRef("s-" + UUID.randomUUID(), node), user(nickname), "127.0.0.1");
  }

  static User user(String nickname) {
    return new User("u-" + nickname + "-" + UUID.randomUUID(), nickname, "/avatars/" + nickname);
  }

  List<Heard> heard(Caller by, String method) {
    return heard.stream()
        .filter(h -> h.session().equals(by.sessionId()) && h.method().equals(method))
        .toList();
  }

  List<ClientEvent> broadcasts(String method, String containing) {
    return broadcasts.stream()
        .filter(e -> e.method().equals(method) && e.params().contains(containing))
        .toList();
  }
}

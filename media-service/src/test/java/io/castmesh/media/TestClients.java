package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.Mesh;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What a gateway is for the other services: it asserts sessions and takes their events. */
final class TestClients {
  record Event(String session, String method, JsonObject params) {}

  private final Mesh mesh;
  private final String node;
  private final List<Event> events = new CopyOnWriteArrayList<>();

  TestClients(Mesh mesh) {
    this.mesh = mesh;
    this.node = mesh.node();
    await(
        mesh.bus()
            .listen(
                Clients.DELIVER.at(node),
                delivery ->
                    delivery
                        .sessionIds()
                        .forEach(
                            session ->
                                events.add(
                                    new Event(
                                        session,
                                        delivery.event().method(),
                                        new JsonObject(delivery.event().params()))))));
    await(
        mesh.bus()
            .listen(
                Clients.BROADCAST,
                event ->
                    events.add(new Event("*", event.method(), new JsonObject(event.params())))));
  }

  /** Somebody signs in. */
  Caller signIn(String nickname) {
    User user = new User(UUID.randomUUID().toString(), nickname, "/avatars/" + nickname);
    return again(user);
  }

  /** The same person on another device. */
  Caller again(User user) {
    Caller caller =
        new Caller(new SessionRef(UUID.randomUUID().toString(), node), user, "192.0.2.7");
    renew(caller);
    return caller;
  }

  void renew(Caller caller) {
    await(
        mesh.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    node, List.of(new Presence.Session(caller.sessionId(), caller.user())))));
  }

  /** The gateway gives a session up. */
  void end(Caller caller) {
    mesh.bus()
        .emit(
            Clients.SESSION_ENDED,
            new Clients.SessionEnded(caller.session(), caller.user(), "expired"));
  }

  /** The gateway dies: nobody says that the session has ended. */
  void vanish(Caller caller) {
    await(
        mesh.bus()
            .ask(
                Presence.WITHDRAW,
                new Presence.Withdrawal(node, caller.sessionId(), caller.userId())));
  }

  List<Event> of(Caller caller, String method) {
    return events.stream()
        .filter(e -> e.session().equals(caller.sessionId()) && e.method().equals(method))
        .toList();
  }

  Event awaitTold(Caller caller, String method, Predicate<JsonObject> fits) {
    return awaitEvent(
        method + " to " + caller.user().nickname(),
        e ->
            e.session().equals(caller.sessionId())
                && e.method().equals(method)
                && fits.test(e.params()));
  }

  Event awaitBroadcast(String method, Predicate<JsonObject> fits) {
    return awaitEvent(
        method + " to everybody",
        e -> e.session().equals("*") && e.method().equals(method) && fits.test(e.params()));
  }

  Event awaitBroadcast(String method, Duration within, Predicate<JsonObject> fits) {
    return awaitEvent(
        method + " to everybody",
        within,
        e -> e.session().equals("*") && e.method().equals(method) && fits.test(e.params()));
  }

  private Event awaitEvent(String what, Predicate<Event> fits) {
    return awaitEvent(what, Duration.ofSeconds(10), fits);
  }

  private Event awaitEvent(String what, Duration within, Predicate<Event> fits) {
    Event[] found = new Event[1];
    eventually(
        what,
        within,
        () ->
            found[0] =
                events.stream()
                    .filter(fits)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("told so far: " + events)));
    return found[0];
  }
}

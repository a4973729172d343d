package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Presence;
import io.castmesh.contract.Rooms;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** People with devices at one gateway, and what they do in rooms. */
final class RoomStory {
  final Mesh mesh;
  final Ears ears;
  private final List<Caller> online = new ArrayList<>();

  RoomStory(Mesh mesh) {
    this.mesh = mesh;
    this.ears = new Ears(mesh);
  }

  /** Somebody new with a session that has a lease. */
  Caller person(String nickname) {
    Caller caller = ears.caller(nickname);
    online.add(caller);
    assertLeases();
    return caller;
  }

  /** The gateway says again which sessions it holds. */
  void assertLeases() {
    List<Presence.Session> sessions =
        online.stream().map(c -> new Presence.Session(c.sessionId(), c.user())).toList();
    await(mesh.bus().ask(Presence.ASSERT, new Presence.Assertion(ears.node, sessions)));
  }

  /** The gateway holds this session no longer, and tells nobody. */
  void vanishes(Caller caller) {
    online.remove(caller);
  }

  void sessionEnds(Caller caller) {
    online.remove(caller);
    mesh.bus()
        .emit(
            Clients.SESSION_ENDED,
            new Clients.SessionEnded(caller.session(), caller.user(), "closed"));
  }

  /** Makes a room; for some seconds after Redis was emptied that is to be tried again. */
  Rooms.Joined join(Caller who) {
    AtomicReference<Rooms.Joined> joined = new AtomicReference<>();
    eventually("a room of their own", () -> joined.set(join(who, null)));
    return joined.get();
  }

  Rooms.Joined join(Caller who, String room) {
    return join(who, room, null, null);
  }

  Rooms.Joined join(Caller who, String room, String password, Long after) {
    return await(joining(who, room, password, after));
  }

  Future<Rooms.Joined> joining(Caller who, String room, String password, Long after) {
    return mesh.bus()
        .ask(
            Rooms.JOIN,
            new Rooms.Join(who, room, null, password, null, after, UUID.randomUUID().toString()));
  }

  void leave(Caller who, String room) {
    await(mesh.bus().ask(Rooms.LEAVE, new Rooms.OfRoom(who, room)));
  }

  void lock(Caller who, String room, boolean locked) {
    await(mesh.bus().ask(Rooms.LOCK, new Rooms.Lock(who, room, locked)));
  }

  void kick(Caller who, String room, String peer) {
    await(mesh.bus().ask(Rooms.KICK, new Rooms.OfPeer(who, room, peer)));
  }

  void host(Caller who, String room, String peer) {
    await(mesh.bus().ask(Rooms.HOST, new Rooms.OfPeer(who, room, peer)));
  }

  long signal(Caller who, String room, String to, String kind, String payload) {
    return await(mesh.bus().ask(Rooms.SIGNAL, new Rooms.Signal(who, room, to, kind, payload, null)))
        .roomSeq();
  }

  long data(Caller who, String room, String payload) {
    return await(sending(who, room, payload, null)).roomSeq();
  }

  Future<Rooms.Sent> sending(Caller who, String room, String payload, String clientId) {
    return mesh.bus().ask(Rooms.DATA, new Rooms.Data(who, room, null, "board", payload, clientId));
  }

  List<Rooms.Membership> rooms(Caller who) {
    return await(mesh.bus().ask(Rooms.LIST, new Rooms.OfSession(who))).items();
  }

  static void refused(Failure failure, Runnable what) {
    assertThatThrownBy(what::run)
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }

  /** What a device has heard of a room, such as {@code room.peerLeft}, in order. */
  List<String> methods(Caller who, String room) {
    return events(who, room).stream().map(Ears.Heard::method).toList();
  }

  List<Ears.Heard> events(Caller who, String room) {
    return ears.heard.stream()
        .filter(h -> h.session().equals(who.sessionId()))
        .filter(h -> room.equals(h.params().getString("roomId")))
        .toList();
  }

  void hears(Caller who, String room, String... methods) {
    eventually(
        "what " + who.user().nickname() + " hears",
        () -> assertThat(methods(who, room)).containsExactly(methods));
  }

  JsonObject last(Caller who, String room) {
    List<Ears.Heard> all = events(who, room);
    return all.get(all.size() - 1).params();
  }
}

package io.castmesh.call;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Accounts;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Calls.OfCall;
import io.castmesh.contract.Clients;
import io.castmesh.contract.Done;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The world around calls: the real presence, accounts and a gateway that writes down what it is to
 * deliver, and a media side that writes down what it is asked.
 */
final class CallStory {
  record Heard(String session, String method, JsonObject params) {}

  static final int LOST_SECONDS = 10;

  final Mesh mesh;
  final String node;
  final List<Heard> heard = new CopyOnWriteArrayList<>();
  final List<Media.JoinCall> connected = new CopyOnWriteArrayList<>();
  final List<String> mediaEnded = new CopyOnWriteArrayList<>();

  /** Whether the media side answers nothing of that. */
  final AtomicBoolean deaf = new AtomicBoolean();

  private final Map<String, User> accounts = new ConcurrentHashMap<>();

  /** Two instances of call-service beside one room-service. */
  CallStory(TestMesh test, int ringSeconds) {
    mesh = test.mesh();
    node = mesh.node();
    test.deploy(new RoomVerticle(mesh, RoomConfig.read(test.settings(Map.of()))));
    CallConfig config =
        CallConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_CALL_RING_TIMEOUT",
                    "" + ringSeconds,
                    "CASTMESH_CALL_LOST_AFTER",
                    "" + LOST_SECONDS)));
    test.deploy(new CallVerticle(mesh, config));
    test.deploy(new CallVerticle(mesh, config));
    await(mesh.bus().serve(Accounts.FIND, this::account));
    await(
        mesh.bus()
            .serve(
                Media.CALL_CONNECT,
                join -> {
                  connected.add(join);
                  return Future.succeededFuture(
                      new Media.Answer("media-" + join.caller().sessionId(), "v=0 answer"));
                }));
    await(
        mesh.bus()
            .serve(
                Media.CALL_END,
                call -> {
                  if (deaf.get()) {
                    return Future.failedFuture(Failure.TIMEOUT.exception());
                  }
                  mediaEnded.add(call.callId());
                  return Future.succeededFuture(Done.DONE);
                }));
    await(mesh.bus().listen(Clients.DELIVER.at(node), this::deliver));
  }

  private Future<User> account(Accounts.ByNickname by) {
    User user = accounts.get(by.nickname());
    return user == null
        ? Future.failedFuture(Failure.USER_NOT_FOUND.exception())
        : Future.succeededFuture(user);
  }

  private void deliver(Clients.Delivery delivery) {
    for (String session : delivery.sessionIds()) {
      heard.add(
          new Heard(session, delivery.event().method(), new JsonObject(delivery.event().params())));
    }
  }

  /** Somebody who has an account and is not online. */
  User account(String name) {
    String nickname = name + "-" + UUID.randomUUID().toString().substring(0, 8);
    User user = new User("u-" + nickname, nickname, "/avatars/" + nickname);
    accounts.put(nickname, user);
    return user;
  }

  /** One more device of a person comes online. */
  Caller device(User user) {
    Caller caller = new Caller(new SessionRef("s-" + UUID.randomUUID(), node), user, "127.0.0.1");
    await(
        mesh.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    node, List.of(new Presence.Session(caller.sessionId(), user)))));
    return caller;
  }

  /** The gateway says again who is there, as it does when Redis has lost everything. */
  void assertAgain(Caller... devices) {
    for (Caller device : devices) {
      await(
          mesh.bus()
              .ask(
                  Presence.ASSERT,
                  new Presence.Assertion(
                      node, List.of(new Presence.Session(device.sessionId(), device.user())))));
    }
  }

  List<Calls.Going> calls(Caller device) {
    return await(mesh.bus().ask(Calls.LIST, new Calls.OfSession(device))).items();
  }

  Caller online(String name) {
    return device(account(name));
  }

  Future<Calls.Invited> inviting(Caller from, Caller to) {
    return mesh.bus().ask(Calls.INVITE, new Calls.Invite(from, to.user().nickname(), true));
  }

  String invite(Caller from, Caller to) {
    Calls.Invited invited = await(inviting(from, to));
    assertThat(invited.state()).isEqualTo("ringing");
    return invited.callId();
  }

  String talk(Caller from, Caller to) {
    String call = invite(from, to);
    assertThat(act(Calls.ACCEPT, to, call)).isEqualTo("accepted");
    return call;
  }

  String act(Endpoint<OfCall, Calls.State> what, Caller who, String call) {
    return act(what, who, call, null);
  }

  String act(Endpoint<OfCall, Calls.State> what, Caller who, String call, String words) {
    return await(mesh.bus().ask(what, new OfCall(who, call, words))).state();
  }

  void refused(Failure failure, Endpoint<OfCall, Calls.State> what, Caller who, String call) {
    refused(failure, () -> act(what, who, call));
  }

  static void refused(Failure failure, Runnable what) {
    assertThatThrownBy(what::run)
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(failure));
  }

  void sessionEnds(Caller device, String reason) {
    mesh.bus()
        .emit(
            Clients.SESSION_ENDED,
            new Clients.SessionEnded(device.session(), device.user(), reason));
  }

  List<String> heardBy(Caller device, String call) {
    return heard.stream()
        .filter(h -> h.session().equals(device.sessionId()))
        .filter(h -> call.equals(h.params().getString("callId")))
        .map(
            h ->
                h.params().getString("reason") == null
                    ? h.method()
                    : h.method() + " " + h.params().getString("reason"))
        .toList();
  }

  void hears(Caller device, String call, String... events) {
    eventually(
        "what " + device.user().nickname() + " hears",
        Duration.ofSeconds(20),
        () -> assertThat(heardBy(device, call)).containsExactly(events));
  }

  void hasState(Caller who, String state) {
    eventually(
        who.user().nickname() + " is " + state,
        () ->
            assertThat(
                    await(
                            mesh.bus()
                                .ask(
                                    Presence.LIST,
                                    new Presence.ListQuery(List.of(who.userId()), 1)))
                        .users()
                        .get(0)
                        .state())
                .isEqualTo(state));
  }
}

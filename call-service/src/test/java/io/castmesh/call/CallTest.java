package io.castmesh.call;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.User;
import io.castmesh.testing.TestMesh;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything here happens with two instances of call-service at once. */
@ExtendWith(TestMesh.class)
class CallTest {
  private static final int RING_SECONDS = 10;
  private static CallStory story;

  @BeforeAll
  static void deploy(TestMesh test) {
    story = new CallStory(test, RING_SECONDS);
  }

  @Test
  void aCallRingsIsAcceptedConnectsAndEnds() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");

    // when
    String call = story.invite(ann, bob);

    // then
    story.hears(ann, call, "call.ringing");
    story.hears(bob, call, "call.incoming");
    assertThat(story.heard)
        .filteredOn(h -> h.method().equals("call.incoming"))
        .filteredOn(h -> h.session().equals(bob.sessionId()))
        .singleElement()
        .satisfies(
            h -> {
              assertThat(h.params().getJsonObject("from").getString("nickname"))
                  .isEqualTo(ann.user().nickname());
              assertThat(h.params().getBoolean("video")).isTrue();
            });

    // when
    assertThat(story.act(Calls.ACCEPT, bob, call)).isEqualTo("accepted");

    // then
    story.hears(ann, call, "call.ringing", "call.accepted");
    story.hasState(ann, "busy");
    story.hasState(bob, "busy");

    // when
    assertThat(connect(ann, call).mediaId()).isEqualTo("media-" + ann.sessionId());
    assertThat(connect(bob, call).mediaId()).isEqualTo("media-" + bob.sessionId());
    assertThat(story.act(Calls.HANGUP, ann, call)).isEqualTo("ended");

    // then
    story.hears(bob, call, "call.incoming", "call.ended hangup");
    eventually("media are released", () -> assertThat(story.mediaEnded).contains(call));
    story.hasState(ann, "online");
    story.hasState(bob, "online");
    logged(call, "hangup", true);
  }

  @Test
  void aRejectedCallCanBeOfferedAgainAndAccepted() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String first = story.invite(ann, bob);

    // when
    assertThat(story.act(Calls.REJECT, bob, first, "in a meeting")).isEqualTo("ended");

    // then
    story.hears(ann, first, "call.ringing", "call.rejected in a meeting", "call.ended rejected");
    logged(first, "rejected", false);

    // when
    String second = story.talk(ann, bob);

    // then
    story.hears(ann, second, "call.ringing", "call.accepted");
  }

  @Test
  void aCallerWhoGivesUpStopsTheRinging() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.invite(ann, bob);

    // when
    assertThat(story.act(Calls.CANCEL, ann, call)).isEqualTo("ended");

    // then
    story.hears(bob, call, "call.incoming", "call.ended cancelled");
    logged(call, "cancelled", false);
  }

  @Test
  void nobodyAnswersInTime() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");

    // when
    String call = story.invite(ann, bob);

    // then
    eventually(
        "both are told",
        Duration.ofSeconds(RING_SECONDS + 60),
        () -> {
          assertThat(story.heardBy(ann, call))
              .containsExactly("call.ringing", "call.ended timeout");
          assertThat(story.heardBy(bob, call))
              .containsExactly("call.incoming", "call.ended timeout");
        });
    logged(call, "timeout", false);
    story.invite(bob, ann);
  }

  @Test
  void allDevicesRingAndTheOneThatAcceptsSilencesTheOthers() {
    // given
    Caller ann = story.online("ann");
    User bob = story.account("bob");
    Caller phone = story.device(bob);
    Caller desk = story.device(bob);
    Caller tablet = story.device(bob);
    String call = story.invite(ann, phone);

    // when
    story.act(Calls.ACCEPT, desk, call);

    // then
    story.hears(phone, call, "call.incoming", "call.ended answered_elsewhere");
    story.hears(tablet, call, "call.incoming", "call.ended answered_elsewhere");
    story.hears(desk, call, "call.incoming");
    story.refused(Failure.CALL_STATE, Calls.ACCEPT, phone, call);
    CallStory.refused(Failure.CALL_STATE, () -> connect(phone, call));
  }

  @Test
  void ofDevicesThatAcceptAtOnceExactlyOneWins() {
    // given
    Caller ann = story.online("ann");
    User bob = story.account("bob");
    List<Caller> devices = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      devices.add(story.device(bob));
    }
    String call = story.invite(ann, devices.get(0));

    // when
    List<Future<Calls.State>> answers =
        devices.stream()
            .map(d -> story.mesh.bus().ask(Calls.ACCEPT, new Calls.OfCall(d, call, null)))
            .toList();
    await(Future.join(answers).otherwiseEmpty());

    // then
    assertThat(answers).filteredOn(Future::succeeded).hasSize(1);
    eventually(
        "the other five are silenced",
        () ->
            assertThat(devices)
                .filteredOn(d -> story.heardBy(d, call).contains("call.ended answered_elsewhere"))
                .hasSize(5));
    story.hears(ann, call, "call.ringing", "call.accepted");
  }

  @Test
  void whoIsInACallIsBusyAndNotDisturbed() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller eve = story.online("eve");
    String call = story.talk(ann, bob);

    // when
    CallStory.refused(Failure.USER_BUSY, () -> story.invite(eve, bob));

    // then
    story.hears(bob, call, "call.incoming");
    assertThat(story.heard).noneMatch(h -> h.session().equals(eve.sessionId()));
    CallStory.refused(Failure.USER_BUSY, () -> story.invite(ann, eve));
    eventually(
        "the missed call is logged",
        () ->
            assertThat(
                    await(
                        story
                            .mesh
                            .mysql()
                            .preparedQuery(
                                "SELECT reason FROM calls WHERE caller_id = ? AND callee_id = ?")
                            .execute(Tuple.of(eve.userId(), bob.userId()))))
                .singleElement()
                .satisfies(row -> assertThat(row.getString(0)).isEqualTo("busy")));
  }

  @Test
  void ofManyWhoCallOnePersonAtOnceExactlyOneRings() {
    // given
    Caller bob = story.online("bob");
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(story.online("caller" + i));
    }

    // when
    List<Future<Calls.Invited>> invited =
        callers.stream().map(caller -> story.inviting(caller, bob)).toList();
    await(Future.join(invited).otherwiseEmpty());

    // then
    assertThat(invited).filteredOn(Future::succeeded).hasSize(1);
    assertThat(story.heard)
        .filteredOn(h -> h.session().equals(bob.sessionId()))
        .filteredOn(h -> h.method().equals("call.incoming"))
        .hasSize(1);
  }

  @Test
  void twoWhoCallEachOtherAtOnceDoNotBothRing() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");

    // when
    List<Future<Calls.Invited>> both = List.of(story.inviting(ann, bob), story.inviting(bob, ann));
    await(Future.join(both).otherwiseEmpty());

    // then
    assertThat(both).filteredOn(Future::succeeded).hasSize(1);
  }

  @Test
  void whoCannotBeCalledIsSaidBeforeAnythingRings() {
    // given
    Caller ann = story.online("ann");
    Caller asleep = new Caller(ann.session(), story.account("asleep"), "127.0.0.1");
    Caller nobody =
        new Caller(ann.session(), new User("x", "nobody-of-that-name", "/a"), "127.0.0.1");

    // when, then
    CallStory.refused(Failure.USER_OFFLINE, () -> story.invite(ann, asleep));
    CallStory.refused(Failure.USER_NOT_FOUND, () -> story.invite(ann, nobody));
    CallStory.refused(Failure.INVALID_PARAMS, () -> story.invite(ann, ann));
  }

  @Test
  void strangersDoNotLearnThatACallExists() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller eve = story.online("eve");
    String call = story.talk(ann, bob);

    // when, then
    for (var action : List.of(Calls.ACCEPT, Calls.REJECT, Calls.CANCEL, Calls.HANGUP)) {
      story.refused(Failure.CALL_NOT_FOUND, action, eve, call);
      story.refused(Failure.CALL_NOT_FOUND, action, ann, "no-such-call");
    }
    CallStory.refused(Failure.CALL_NOT_FOUND, () -> connect(eve, call));
  }

  @Test
  void whatThePhaseDoesNotAllowIsRefused() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.invite(ann, bob);

    // when, then: ringing
    story.refused(Failure.CALL_STATE, Calls.ACCEPT, ann, call);
    story.refused(Failure.CALL_STATE, Calls.CANCEL, bob, call);
    story.refused(Failure.CALL_STATE, Calls.HANGUP, ann, call);
    CallStory.refused(Failure.CALL_STATE, () -> connect(ann, call));

    // when, then: accepted
    story.act(Calls.ACCEPT, bob, call);
    story.refused(Failure.CALL_STATE, Calls.REJECT, bob, call);
    story.refused(Failure.CALL_STATE, Calls.CANCEL, ann, call);

    // when, then: ended
    story.act(Calls.HANGUP, bob, call);
    story.refused(Failure.CALL_STATE, Calls.HANGUP, ann, call);
    CallStory.refused(Failure.CALL_STATE, () -> connect(ann, call));
  }

  @Test
  void aDeviceThatVanishesFromACallEndsItForTheOther() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String lost = story.talk(ann, bob);

    // when
    story.sessionEnds(bob, "expired");

    // then
    story.hears(ann, lost, "call.ringing", "call.accepted", "call.ended failed");
    eventually("media are released", () -> assertThat(story.mediaEnded).contains(lost));

    // when
    Caller phone = story.device(bob.user());
    String closed = story.talk(ann, phone);
    story.sessionEnds(ann, "closed");

    // then
    story.hears(phone, closed, "call.incoming", "call.ended hangup");
  }

  @Test
  void theRingingGoesOnUntilTheLastDeviceIsGone() {
    // given
    Caller ann = story.online("ann");
    User bob = story.account("bob");
    Caller phone = story.device(bob);
    Caller desk = story.device(bob);
    String call = story.invite(ann, phone);

    // when
    story.sessionEnds(phone, "closed");
    eventually(
        "one device rings",
        () ->
            assertThat(await(story.mesh.redis().run(Command.GET, "call:state:" + call)).toString())
                .doesNotContain(phone.sessionId()));

    // then
    story.hears(ann, call, "call.ringing");

    // when
    story.sessionEnds(desk, "expired");

    // then
    story.hears(ann, call, "call.ringing", "call.ended failed");
  }

  @Test
  void aCallerWhoSignsOffWhileItRingsStopsTheRinging() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.invite(ann, bob);

    // when
    story.sessionEnds(ann, "closed");

    // then
    story.hears(bob, call, "call.incoming", "call.ended cancelled");
  }

  @Test
  void anotherDeviceOfSomebodyWhoTalksMayComeAndGo() throws Exception {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller desk = story.device(bob.user());
    String call = story.talk(ann, bob);

    // when
    story.sessionEnds(desk, "closed");
    Thread.sleep(500);

    // then
    story.hears(ann, call, "call.ringing", "call.accepted");
  }

  @Test
  void aDeviceCanReadInWhichCallItIs() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller desk = story.device(bob.user());
    assertThat(story.calls(ann)).isEmpty();

    // when, then: it rings
    String call = story.invite(ann, bob);
    assertThat(story.calls(ann))
        .containsExactly(new Calls.Going(call, "ringing", bob.user(), false, true));
    assertThat(story.calls(desk))
        .containsExactly(new Calls.Going(call, "ringing", ann.user(), true, true));

    // when, then: it is taken on one device
    story.act(Calls.ACCEPT, bob, call);
    assertThat(story.calls(bob)).singleElement().matches(going -> going.state().equals("accepted"));
    assertThat(story.calls(desk)).isEmpty();

    // when, then: it is over
    story.act(Calls.HANGUP, bob, call);
    assertThat(story.calls(ann)).isEmpty();
    assertThat(story.calls(bob)).isEmpty();
  }

  private static Media.Answer connect(Caller device, String call) {
    return await(story.mesh.bus().ask(Calls.CONNECT, new Calls.Connect(device, call, "v=0 offer")));
  }

  private static void logged(String call, String reason, boolean answered) {
    eventually(
        "the call in the log",
        () -> {
          Row row =
              await(
                      story
                          .mesh
                          .mysql()
                          .preparedQuery("SELECT * FROM calls WHERE id = ?")
                          .execute(Tuple.of(call)))
                  .iterator()
                  .next();
          assertThat(row.getString("reason")).isEqualTo(reason);
          assertThat(row.getLocalDateTime("answered_at") != null).isEqualTo(answered);
          assertThat(row.getLocalDateTime("ended_at"))
              .isAfterOrEqualTo(row.getLocalDateTime("started_at"));
        });
  }
}

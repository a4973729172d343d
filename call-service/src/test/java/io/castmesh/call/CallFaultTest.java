package io.castmesh.call;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.call.state.Action;
import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore;
import io.castmesh.call.state.Side;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What breaks around calls. */
@ExtendWith(TestMesh.class)
class CallFaultTest {
  private static CallStory story;

  @BeforeAll
  static void deploy(TestMesh test) {
    story = new CallStory(test, 30);
  }

  @Test
  void aCallWhoseInstanceDiedWhileItRangTimesOutAllTheSame() {
    // given a call whose owner's timer is half a minute away, but whose deadline has come
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.invite(ann, bob);

    // when
    await(story.mesh.redis().run(Command.ZADD, "call:deadlines", 1, call));

    // then
    story.hears(ann, call, "call.ringing", "call.ended timeout");
    story.hears(bob, call, "call.incoming", "call.ended timeout");
  }

  @Test
  void whatRedisDidTooLateToAnswerIsToldAllTheSame() {
    // given a Redis that carries out what is written only after everybody has given it up
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.invite(ann, bob);
    await(story.mesh.redis().run(Command.CLIENT, "PAUSE", 3_200, "WRITE"));

    // when
    story.mesh.bus().ask(Calls.ACCEPT, new Calls.OfCall(bob, call, null));

    // then
    story.hears(ann, call, "call.ringing", "call.accepted");
    assertThat(story.act(Calls.HANGUP, bob, call)).isEqualTo("ended");
    story.hears(ann, call, "call.ringing", "call.accepted", "call.ended hangup");
  }

  @Test
  void whatAnInstanceDidAndCouldNotTellAnyMoreIsToldByAnother() {
    // given an instance that dies when it has written, and two devices that ring
    CallStore dying = new CallStore(story.mesh.redis(), Clock.systemUTC());
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller other = story.device(bob.user());
    String call = story.invite(ann, bob);

    // when
    await(dying.change(call, it -> it.accepted(bob.session(), Side.CALLEE, Instant.now())));

    // then who answered is told, too: nobody has answered there
    story.hears(ann, call, "call.ringing", "call.accepted");
    story.hears(bob, call, "call.incoming", "call.accepted");
    story.hears(other, call, "call.incoming", "call.ended answered_elsewhere");
    story.hasState(ann, "busy");

    // when
    await(dying.change(call, it -> it.ended(Action.HANG_UP, Side.CALLEE, Instant.now())));

    // then
    story.hears(ann, call, "call.ringing", "call.accepted", "call.ended hangup");
    story.hasState(ann, "online");
    eventually("the media are released", () -> assertThat(story.mediaEnded).contains(call));
  }

  @Test
  void anInvitationThatItsInstanceCouldNotTellRingsAndOneThatComesTooLateEnds() {
    // given
    CallStore dying = new CallStore(story.mesh.redis(), Clock.systemUTC());
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller eve = story.online("eve");
    Caller dan = story.online("dan");
    Duration ring = Duration.ofSeconds(30);

    // when
    Instant now = Instant.now();
    Call soon =
        Call.ringing("soon", ann, bob.user(), List.of(bob.session()), true, now.plusSeconds(60));
    Call late =
        Call.ringing(
            "late", eve, dan.user(), List.of(dan.session()), true, now.minus(ring.dividedBy(2)));
    await(dying.invite(soon, ring));
    await(dying.invite(late, ring));

    // then
    story.hears(bob, "soon", "call.incoming");
    story.hears(ann, "soon", "call.ringing");
    story.hears(dan, "late", "call.ended cancelled");
  }

  @Test
  void theMediaOfACallEndWheneverTheirServiceIsThereAgain() throws Exception {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.talk(ann, bob);
    story.deaf.set(true);

    // when
    story.act(Calls.HANGUP, ann, call);
    Thread.sleep(6_000);
    assertThat(story.mediaEnded).doesNotContain(call);
    story.deaf.set(false);

    // then
    eventually(
        "the media are released",
        Duration.ofSeconds(60),
        () -> assertThat(story.mediaEnded).contains(call));
  }

  @Test
  void callsGoOnWhileTheLogCannotBeWrittenAndItIsWrittenLater() throws Exception {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    await(story.mesh.mysql().query("RENAME TABLE calls TO calls_away").execute());

    // when
    String call = story.talk(ann, bob);
    story.act(Calls.HANGUP, bob, call);
    Thread.sleep(2500);

    // then
    story.hears(ann, call, "call.ringing", "call.accepted", "call.ended hangup");
    assertThat(await(story.mesh.redis().run(Command.LLEN, "call:log")).toInteger()).isPositive();

    // when
    await(story.mesh.mysql().query("RENAME TABLE calls_away TO calls").execute());

    // then
    eventually(
        "the call in the log, once",
        () ->
            assertThat(
                    await(
                        story
                            .mesh
                            .mysql()
                            .preparedQuery("SELECT id FROM calls WHERE id = ?")
                            .execute(Tuple.of(call))))
                .hasSize(1));
    eventually(
        "an empty queue",
        () ->
            assertThat(await(story.mesh.redis().run(Command.LLEN, "call:log")).toInteger())
                .isZero());
  }

  @Test
  void aCallThatRedisHasLostIsPutBackAndCanBeHungUp() {
    // given a call that the instances have seen
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.talk(ann, bob);
    String key = "call:state:" + call;
    await(story.mesh.redis().run(Command.PEXPIRE, key, 600_000));
    eventually(
        "the instances look at it",
        () ->
            assertThat(await(story.mesh.redis().run(Command.PTTL, key)).toLong())
                .isGreaterThan(600_000));

    // when
    await(story.mesh.redis().run(Command.FLUSHALL));

    // then
    eventually(
        "it is back",
        () -> assertThat(await(story.mesh.redis().run(Command.EXISTS, key)).toInteger()).isOne());
    CallStory.refused(Failure.USER_OFFLINE, () -> story.invite(story.online("eve"), bob));
    story.device(bob.user());
    CallStory.refused(Failure.USER_BUSY, () -> story.invite(story.online("eve"), bob));
    assertThat(story.act(Calls.HANGUP, ann, call)).isEqualTo("ended");
    story.hears(bob, call, "call.incoming", "call.ended hangup");
  }

  @Test
  void callsThatRingOrAreTalkedInComeBackWithinSecondsWhenRedisHasLostEverything()
      throws Exception {
    // given a call that was accepted just now, and one that rings
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller eve = story.online("eve");
    Caller dan = story.online("dan");
    String rings = story.invite(eve, dan);
    String talks = story.talk(ann, bob);

    // when
    await(story.mesh.redis().run(Command.FLUSHALL));
    story.assertAgain(ann, bob, eve, dan);

    // then
    eventually(
        "both are back as they were",
        Duration.ofSeconds(60),
        () -> {
          assertThat(story.calls(bob)).singleElement().matches(c -> c.state().equals("accepted"));
          assertThat(story.calls(dan)).singleElement().matches(c -> c.state().equals("ringing"));
        });
    story.hasState(ann, "busy");
    story.hasState(bob, "busy");
    assertThat(story.act(Calls.ACCEPT, dan, rings)).isEqualTo("accepted");
    story.hears(ann, talks, "call.ringing", "call.accepted");
    story.hears(bob, talks, "call.incoming");
    assertThat(story.act(Calls.HANGUP, bob, talks)).isEqualTo("ended");
    story.hears(ann, talks, "call.ringing", "call.accepted", "call.ended hangup");
  }

  @Test
  void aCallThatHasEndedDoesNotComeBackFromWhoHasNotSeenItEnd() throws Exception {
    // given both instances know the call as accepted
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.talk(ann, bob);
    Thread.sleep(5500);

    // when it ends in one of them, and Redis loses everything
    story.act(Calls.HANGUP, ann, call);
    await(story.mesh.redis().run(Command.FLUSHALL));
    story.assertAgain(ann, bob);
    Thread.sleep(7000);

    // then
    assertThat(story.calls(ann)).isEmpty();
    assertThat(story.calls(bob)).isEmpty();
    story.hears(bob, call, "call.incoming", "call.ended hangup");
    String next = story.talk(ann, bob);
    story.act(Calls.HANGUP, ann, next);
  }

  @Test
  void aCallGoesOnWhenAnInstanceStopsAndNobodyIsToldAnything(TestMesh test) throws Exception {
    // given an instance that takes part in a call, one that rings and one that is talked in
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    Caller eve = story.online("eve");
    Caller dan = story.online("dan");
    String instance =
        await(
            story
                .mesh
                .vertx()
                .deployVerticle(
                    new CallVerticle(story.mesh, CallConfig.read(test.settings(Map.of())))));
    String talks = story.talk(ann, bob);
    String rings = story.invite(eve, dan);

    // when
    await(story.mesh.vertx().undeploy(instance));
    Thread.sleep(3000);

    // then
    story.hears(ann, talks, "call.ringing", "call.accepted");
    story.hears(dan, rings, "call.incoming");
    assertThat(story.act(Calls.ACCEPT, dan, rings)).isEqualTo("accepted");
    for (String call : List.of(talks, rings)) {
      assertThat(story.act(Calls.HANGUP, call.equals(talks) ? bob : dan, call)).isEqualTo("ended");
    }
  }

  @Test
  void whenEverythingWasRestartedNeitherSideStaysBusyUntilTheLeasesRunOut() {
    // given a call of which both devices were held by a gateway that nobody has met since
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.talk(ann, bob);
    for (Caller device : List.of(ann, bob)) {
      Presence.Session held = new Presence.Session(device.sessionId(), device.user(), 1);
      await(
          story
              .mesh
              .bus()
              .ask(
                  Presence.ASSERT,
                  new Presence.Assertion("gateway-before-the-restart", List.of(held))));
    }

    // then
    eventually(
        "both are free",
        Duration.ofSeconds(CallStory.LOST_SECONDS + 60),
        () -> assertThat(story.calls(ann)).isEmpty());
    eventually("the media are released", () -> assertThat(story.mediaEnded).contains(call));
  }

  @Test
  void aDeviceWhoseGatewayDiedWithoutAWordIsGivenUp() {
    // given
    Caller ann = story.online("ann");
    Caller bob = story.online("bob");
    String call = story.talk(ann, bob);

    // when presence forgets bob while ann's gateway goes on asserting
    await(story.mesh.redis().run(Command.DEL, "presence:session:" + bob.sessionId()));

    // then
    eventually(
        "the call ends for ann",
        Duration.ofSeconds(60),
        () -> {
          await(
              story
                  .mesh
                  .bus()
                  .ask(
                      Presence.ASSERT,
                      new Presence.Assertion(
                          story.node, List.of(new Presence.Session(ann.sessionId(), ann.user())))));
          assertThat(story.heardBy(ann, call)).contains("call.ended failed");
        });
  }
}

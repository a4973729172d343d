package io.castmesh.call;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Presence;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
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
        Duration.ofSeconds(25),
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

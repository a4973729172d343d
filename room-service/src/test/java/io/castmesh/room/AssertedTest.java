package io.castmesh.room;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Presence;
import io.castmesh.contract.Presence.Asserted;
import io.castmesh.contract.User;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a gateway learns of the sessions that it says it holds. */
@ExtendWith(TestMesh.class)
class AssertedTest {
  @BeforeAll
  static void deploy(TestMesh test) {
    RoomConfig config = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "2")));
    test.deploy(new RoomVerticle(test.mesh(), config));
  }

  @Test
  void sessionsWithoutALeaseAreNamedUntilRedisHasLostEverything(Mesh mesh) {
    // given
    User ann = Ears.user("ann");
    Asserted first = say(mesh, ann);
    assertThat(first.begun()).containsExactly("session-of-ann");
    assertThat(first.leaseMillis()).isEqualTo(2_000);
    assertThat(say(mesh, ann).begun()).isEmpty();

    // when its lease has run out
    eventually(
        "the lease has run out",
        () ->
            assertThat(
                    await(
                            mesh.bus()
                                .ask(
                                    Presence.ALIVE,
                                    new Presence.AliveQuery(List.of("session-of-ann"))))
                        .sessionIds())
                .isEmpty());
    // then
    assertThat(say(mesh, ann).begun()).containsExactly("session-of-ann");

    // when
    await(mesh.redis().run(Command.FLUSHALL));
    // then nobody has been put out
    assertThat(say(mesh, ann).begun()).isEmpty();
  }

  private static Asserted say(Mesh mesh, User user) {
    return await(
        mesh.bus()
            .ask(
                Presence.ASSERT,
                new Presence.Assertion(
                    "node-a", List.of(new Presence.Session("session-of-ann", user)))));
  }
}

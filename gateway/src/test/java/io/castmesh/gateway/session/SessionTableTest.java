package io.castmesh.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionTableTest {
  private final SessionTable sessions = new SessionTable();

  @Test
  void theSessionsOfAPersonAreFoundInTheOrderInWhichTheyCame() {
    // given
    Session phone = session("phone", "ann");
    Session desk = session("desk", "ann");
    sessions.keep(phone);
    sessions.keep(desk);
    sessions.keep(session("other", "bob"));
    assertThat(sessions.of("ann")).containsExactly(phone, desk);

    // when
    assertThat(sessions.remove(phone)).isTrue();

    // then
    assertThat(sessions.remove(phone)).isFalse();
    assertThat(sessions.of("ann")).containsExactly(desk);
    assertThat(sessions.of("cleo")).isEmpty();
  }

  @Test
  void whoWatchesWhomFollowsWhatClientsSay() {
    // given one that says so before it is here, and one that says so after
    Session early = session("early", "ann");
    early.watch(false, Set.of("cleo", "dora"));
    Session late = session("late", "bob");
    sessions.keep(early);
    sessions.keep(late);
    late.watch(true, Set.of("cleo"));
    assertThat(sessions.watching("cleo")).containsExactlyInAnyOrder(early, late);
    assertThat(sessions.watching("somebody")).containsExactly(late);

    // when
    late.watch(false, Set.of("dora"));
    early.watch(false, Set.of("cleo"));

    // then
    assertThat(sessions.watching("cleo")).containsExactly(early);
    assertThat(sessions.watching("dora")).containsExactly(late);
    assertThat(sessions.watching("somebody")).isEmpty();

    // when
    sessions.remove(early);
    early.watch(true, Set.of());

    // then
    assertThat(sessions.watching("cleo")).isEmpty();
  }

  @Test
  void aSessionThatComesAgainTakesThePlaceOfTheOneBefore() {
    // given
    Session before = session("same", "ann");
    before.watch(true, Set.of());
    sessions.keep(before);

    // when
    Session now = session("same", "ann");
    sessions.keep(now);

    // then
    assertThat(sessions.find("same")).isSameAs(now);
    assertThat(sessions.of("ann")).containsExactly(now);
    assertThat(sessions.watching("anybody")).isEmpty();
    assertThat(sessions.remove(before)).isFalse();
  }

  private static Session session(String id, String user) {
    return new Session(
        new SessionRef(id, "node"),
        new User(user, user, ""),
        "sign-in",
        0,
        new GatewayConfig.Limits(65_536, 50, 64, 1_048_576, 1_000, 10, 16),
        null);
  }
}

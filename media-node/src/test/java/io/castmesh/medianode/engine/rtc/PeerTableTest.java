package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.net.AnyRoute;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final Route ROUTE = AnyRoute.from(Transport.UDP, "192.0.2.1", 1000);

  private final PeerTable<String> table = new PeerTable<>();

  @Test
  void anAddressInUseCannotBeTakenAwayByAnotherPeer() {
    // given
    table.bind(ROUTE, "victim", 0);

    // then
    assertThat(table.bind(ROUTE, "attacker", PeerTable.KEPT - 1)).isFalse();
    assertThat(table.byRoute(ROUTE)).isEqualTo("victim");
  }

  @Test
  void aPeerWhoseChecksAreRareKeepsItsAddressWhenOneIsLost() {
    // given
    table.bind(ROUTE, "victim", 0);

    // then: they come each six seconds
    assertThat(table.bind(ROUTE, "attacker", TimeUnit.SECONDS.toNanos(11))).isFalse();
    assertThat(table.bind(ROUTE, "victim", TimeUnit.SECONDS.toNanos(12))).isTrue();
  }

  @Test
  void anAddressNobodyChecksAnyMoreChangesHands() {
    // given
    table.bind(ROUTE, "old", 0);

    // then
    assertThat(table.bind(ROUTE, "new", PeerTable.KEPT)).isTrue();
    assertThat(table.byRoute(ROUTE)).isEqualTo("new");
    table.expire(PeerTable.KEPT + PeerTable.EXPIRY + 1);
    assertThat(table.byRoute(ROUTE)).isNull();
  }

  @Test
  void peersAreFoundByTheFragmentBeforeTheColonUntilTheyAreRemoved() {
    // given
    table.add("abcd", "peer");
    table.bind(ROUTE, "peer", 0);

    // then
    assertThat(table.byUsername("abcd:efgh")).contains("peer");
    assertThat(table.byUsername("abcd")).isEmpty();
    assertThat(table.byUsername("efgh:abcd")).isEmpty();
    table.remove("abcd", "peer");
    assertThat(table.byUsername("abcd:efgh")).isEmpty();
    assertThat(table.byRoute(ROUTE)).isNull();
    assertThat(table.size()).isZero();
  }
}

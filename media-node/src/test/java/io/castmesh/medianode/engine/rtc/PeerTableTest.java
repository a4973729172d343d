package io.castmesh.medianode.engine.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 1000);

  private final PeerTable<String> table = new PeerTable<>();

  @Test
  void anAddressInUseCannotBeTakenAwayByAnotherPeer() {
    // given
    table.bind(ADDRESS, "victim", 0);

    // then
    assertThat(table.bind(ADDRESS, "attacker", PeerTable.KEPT - 1)).isFalse();
    assertThat(table.byAddress(ADDRESS)).isEqualTo("victim");
  }

  @Test
  void anAddressNobodyChecksAnyMoreChangesHands() {
    // given
    table.bind(ADDRESS, "old", 0);

    // then
    assertThat(table.bind(ADDRESS, "new", PeerTable.KEPT)).isTrue();
    assertThat(table.byAddress(ADDRESS)).isEqualTo("new");
    table.expire(PeerTable.KEPT + PeerTable.EXPIRY + 1);
    assertThat(table.byAddress(ADDRESS)).isNull();
  }

  @Test
  void peersAreFoundByTheFragmentBeforeTheColonUntilTheyAreRemoved() {
    // given
    table.add("abcd", "peer");
    table.bind(ADDRESS, "peer", 0);

    // then
    assertThat(table.byUsername("abcd:efgh")).contains("peer");
    assertThat(table.byUsername("abcd")).isEmpty();
    assertThat(table.byUsername("efgh:abcd")).isEmpty();
    table.remove("abcd", "peer");
    assertThat(table.byUsername("abcd:efgh")).isEmpty();
    assertThat(table.byAddress(ADDRESS)).isNull();
    assertThat(table.size()).isZero();
  }
}

package io.castmesh.medianode.engine.ice;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.net.AnyRoute;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import io.castmesh.medianode.engine.stun.StunBuilder;
import io.castmesh.medianode.engine.stun.StunMessage;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IceLiteAgentTest {
  private static final Route WIFI = AnyRoute.from(Transport.UDP, "192.0.2.1", 1000);
  private static final Route MOBILE = AnyRoute.from(Transport.UDP, "198.51.100.1", 2000);
  private static final Route TCP = AnyRoute.from(Transport.TCP, "192.0.2.1", 3000);
  private static final Route IPV6 = AnyRoute.from(Transport.UDP, "2001:db8::7", 4000);

  private final IceCredentials ours = IceCredentials.random(new SecureRandom());
  private final IceCredentials theirs = IceCredentials.random(new SecureRandom());
  private final IceLiteAgent agent = new IceLiteAgent(ours);

  private StunMessage check(String username, String password, boolean nominate) {
    StunBuilder builder =
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12])
            .username(username)
            .priority(1)
            .iceControlling(7);
    if (nominate) {
      builder.useCandidate();
    }
    byte[] bytes = builder.build(password.getBytes(StandardCharsets.UTF_8));
    return StunMessage.parse(bytes, 0, bytes.length).orElseThrow();
  }

  private StunMessage goodCheck(boolean nominate) {
    return check(ours.ufrag() + ":" + theirs.ufrag(), ours.password(), nominate);
  }

  @Test
  void aNominatingCheckConnectsAndIsAnsweredWithTheAddressItCameFrom() {
    // given
    agent.setRemote(theirs);
    StunMessage check = goodCheck(true);

    // when
    byte[] reply = agent.onCheck(check, WIFI, 0);

    // then
    assertThat(agent.isAuthentic(check)).isTrue();
    StunMessage response = StunMessage.parse(reply, 0, reply.length).orElseThrow();
    assertThat(response.type()).isEqualTo(StunMessage.BINDING_SUCCESS);
    assertThat(response.xorMappedAddress()).contains(WIFI.remote());
    assertThat(response.hasIntegrity(ours.password().getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(agent.state()).isEqualTo(IceLiteAgent.State.CONNECTED);
    assertThat(agent.selected()).isEqualTo(WIFI);
  }

  @Test
  void strangersAreNotAuthentic() {
    // given
    agent.setRemote(theirs);

    // then
    assertThat(agent.isAuthentic(check("x:" + theirs.ufrag(), ours.password(), true))).isFalse();
    assertThat(agent.isAuthentic(check(ours.ufrag() + ":x", ours.password(), true))).isFalse();
    assertThat(agent.isAuthentic(check(ours.ufrag() + ":" + theirs.ufrag(), "guess", true)))
        .isFalse();
  }

  @Test
  void checksThatOvertakeTheAnswerAreTakenByOurFragmentAlone() {
    assertThat(agent.isAuthentic(check(ours.ufrag() + ":unknown", ours.password(), true))).isTrue();
  }

  @Test
  void thePeerIsFollowedToAnotherNetworkByItsNomination() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), WIFI, 0);

    // when: a check without nomination first
    agent.onCheck(goodCheck(false), MOBILE, 1);

    // then
    assertThat(agent.selected()).isEqualTo(WIFI);

    // when
    agent.onCheck(goodCheck(true), MOBILE, 2);

    // then
    assertThat(agent.selected()).isEqualTo(MOBILE);
  }

  @Test
  void mediaGoesNowhereForLongThatSaysNothingWhateverElseIsChecked() {
    // given: one nominating check with the address of somebody else
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), WIFI, 0);
    agent.onCheck(goodCheck(true), MOBILE, 1);
    assertThat(agent.selected()).isEqualTo(MOBILE);

    // when: more from the own one, that nominate nothing
    for (int seconds = 5; seconds <= 40; seconds += 5) {
      agent.onCheck(goodCheck(false), WIFI, TimeUnit.SECONDS.toNanos(seconds));
      agent.tick(TimeUnit.SECONDS.toNanos(seconds));
    }

    // then
    assertThat(agent.state()).isEqualTo(IceLiteAgent.State.FAILED);
  }

  @Test
  void aPeerThatNominatesOnceIsFollowedToWhereItsMediaComesFrom() {
    // given: its address changes, and its checks nominate nothing any more
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), WIFI, 0);
    agent.onCheck(goodCheck(false), MOBILE, 1);

    // when
    agent.onMedia(MOBILE, 2);

    // then: it was nominated a moment ago
    assertThat(agent.selected()).isEqualTo(WIFI);

    // when
    agent.onMedia(MOBILE, IceLiteAgent.UDP_KEPT);

    // then
    assertThat(agent.selected()).isEqualTo(MOBILE);

    // when: a packet that was on its way
    agent.onMedia(WIFI, IceLiteAgent.UDP_KEPT + 1);

    // then
    assertThat(agent.selected()).isEqualTo(MOBILE);
  }

  @Test
  void mediaMovesNobodyWhoHasNotNominated() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(false), WIFI, 0);

    // when
    agent.onMedia(MOBILE, IceLiteAgent.DISCONNECTED_AFTER);

    // then
    assertThat(agent.selected()).isEqualTo(WIFI);
  }

  @Test
  void aPeerWhoseConnectionWasClosedIsFoundByItsMedia() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), TCP, 0);
    agent.onCheck(goodCheck(false), WIFI, 1);

    // when
    agent.onClosed(TCP);
    agent.onMedia(WIFI, 2);

    // then
    assertThat(agent.selected()).isEqualTo(WIFI);
  }

  @Test
  void udpIsKeptAgainstTcpForAsLongAsThePeerNominatesBoth() {
    // given: a peer that nominates whatever works
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), TCP, 0);
    agent.onCheck(goodCheck(true), WIFI, 1);

    // when
    agent.onCheck(goodCheck(true), TCP, 2);

    // then
    assertThat(agent.selected()).isEqualTo(WIFI);

    // when: UDP is no longer nominated
    agent.onCheck(goodCheck(true), TCP, 1 + IceLiteAgent.UDP_KEPT);

    // then
    assertThat(agent.selected()).isEqualTo(TCP);
  }

  @Test
  void aPeerThatNominatesTcpGetsItAlthoughUdpWasChecked() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(false), WIFI, 0);

    // when
    agent.onCheck(goodCheck(true), TCP, 1);

    // then
    assertThat(agent.selected()).isEqualTo(TCP);
  }

  @Test
  void aConnectionThatIsClosedIsNotSentByUntilThePeerNominatesAnotherWay() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), TCP, 0);

    // when
    agent.onClosed(TCP);

    // then
    assertThat(agent.selected()).isNull();

    // when
    agent.onCheck(goodCheck(false), MOBILE, 1);
    agent.onCheck(goodCheck(true), WIFI, 2);

    // then
    assertThat(agent.selected()).isEqualTo(WIFI);
    assertThat(agent.state()).isEqualTo(IceLiteAgent.State.CONNECTED);
  }

  @Test
  void aPeerOnIpv6IsToldItsAddress() {
    // given
    agent.setRemote(theirs);

    // when
    byte[] reply = agent.onCheck(goodCheck(true), IPV6, 0);

    // then
    assertThat(StunMessage.parse(reply, 0, reply.length).orElseThrow().xorMappedAddress())
        .contains(IPV6.remote());
  }

  @Test
  void silenceDisconnectsThenFailsAndACheckBringsItBack() {
    // given
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), WIFI, 0);

    // then
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(9))).isEqualTo(IceLiteAgent.State.CONNECTED);
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(11))).isEqualTo(IceLiteAgent.State.DISCONNECTED);
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(31))).isEqualTo(IceLiteAgent.State.FAILED);

    // when
    agent.onCheck(goodCheck(false), WIFI, TimeUnit.SECONDS.toNanos(32));

    // then
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(33))).isEqualTo(IceLiteAgent.State.CONNECTED);
  }

  @Test
  void whoSendsMediaIsThereAlsoWithoutChecks() {
    // given: a peer that checks until it sends
    agent.setRemote(theirs);
    agent.onCheck(goodCheck(true), WIFI, 0);

    // when
    agent.onMedia(WIFI, TimeUnit.SECONDS.toNanos(9));
    agent.onMedia(WIFI, TimeUnit.SECONDS.toNanos(18));

    // then
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(27))).isEqualTo(IceLiteAgent.State.CONNECTED);
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(29))).isEqualTo(IceLiteAgent.State.DISCONNECTED);

    // when: it was muted for a while
    agent.onMedia(WIFI, TimeUnit.SECONDS.toNanos(30));

    // then
    assertThat(agent.tick(TimeUnit.SECONDS.toNanos(31))).isEqualTo(IceLiteAgent.State.CONNECTED);
  }

  @Test
  void aPeerThatThinksItIsControlledIsToldToSwitch() {
    // given
    byte[] bytes =
        new StunBuilder(StunMessage.BINDING_REQUEST, new byte[12])
            .username(ours.ufrag() + ":" + theirs.ufrag())
            .iceControlled(7)
            .build(ours.password().getBytes(StandardCharsets.UTF_8));

    // when
    byte[] reply = agent.onCheck(StunMessage.parse(bytes, 0, bytes.length).orElseThrow(), WIFI, 0);

    // then
    assertThat(StunMessage.parse(reply, 0, reply.length).orElseThrow().errorCode()).isEqualTo(487);
    assertThat(agent.state()).isEqualTo(IceLiteAgent.State.WAITING);
  }
}

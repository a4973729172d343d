package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Offers, answers and candidates, in good and in bad order. */
class NegotiationTest extends MediaStory {
  @Test
  void anOfferThatCannotBeAnsweredLeavesNothingBehind() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    // when / then
    assertThat(refusal(Media.PUBLISH, publication(presenter, GARBAGE, true)))
        .isEqualTo(Failure.INVALID_SDP);
    assertThat(refusal(Media.PUBLISH, publication(presenter, "nonsense", true)))
        .isEqualTo(Failure.INVALID_SDP);
    assertThat(server.engine.peers).isEmpty();
    assertThat(server.engine.recorders).isEmpty();
    // the claim is free again
    Published live = publish(presenter, false);
    assertThat(refusal(Media.VIEW, new Media.View(viewer, live.liveId(), GARBAGE)))
        .isEqualTo(Failure.INVALID_SDP);
    assertThat(server.engine.alive()).hasSize(1);
    assertThat(clients.of(presenter, "live.viewerJoined")).isEmpty();
    clients.end(presenter);
  }

  @Test
  void candidatesThatComeBeforeTheirOfferReachThePeer() {
    // given
    Caller presenter = clients.signIn("ada");
    for (int i = 0; i < 4; i++) {
      candidate(presenter, null, "candidate:early" + i + " 1 udp 1 127.0.0.1 9 typ host");
    }
    // when
    Published live = publish(presenter, false);
    candidate(presenter, live.mediaId(), "candidate:late 1 udp 1 127.0.0.1 9 typ host");
    candidate(presenter, null, "");
    // then
    eventually(
        "all candidates at the peer",
        () ->
            assertThat(server.engine.newest().candidates)
                .anyMatch(c -> c.startsWith("candidate:late"))
                .filteredOn(c -> c.startsWith("candidate:early"))
                .hasSize(4));
    clients.end(presenter);
  }

  @Test
  void candidatesOfTheServerFollowTheAnswerInOrder() {
    // given
    Caller presenter = clients.signIn("ada");
    // when
    Published live = publish(presenter, false);
    // then
    eventually(
        "five candidates of component 1, in order",
        () ->
            assertThat(clients.of(presenter, "media.candidate"))
                .extracting(
                    e -> e.params().getJsonObject("candidate").getString("candidate").split(" ")[0])
                .containsExactly(
                    "candidate:1", "candidate:2", "candidate:3", "candidate:4", "candidate:5"));
    assertThat(clients.of(presenter, "media.candidate"))
        .allMatch(e -> e.params().getString("mediaId").equals(live.mediaId()));
    clients.end(presenter);
  }

  @Test
  void garbageCandidatesAndOtherPeoplesMediaAreRefused() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller stranger = clients.signIn("eve");
    Published live = publish(presenter, false);
    // when / then
    assertThat(refusal(Media.CANDIDATE, addition(presenter, live.mediaId(), "garbage")))
        .isEqualTo(Failure.INVALID_CANDIDATE);
    assertThat(
            refusal(
                Media.CANDIDATE,
                addition(presenter, live.mediaId(), "candidate:" + "9".repeat(2000))))
        .isEqualTo(Failure.INVALID_CANDIDATE);
    assertThat(refusal(Media.CANDIDATE, addition(stranger, live.mediaId(), "candidate:1")))
        .isEqualTo(Failure.MEDIA_NOT_FOUND);
    assertThat(refusal(Media.RESTART, new Media.Restart(stranger, live.mediaId(), OFFER)))
        .isEqualTo(Failure.MEDIA_NOT_FOUND);
    assertThat(refusal(Media.RESTART, new Media.Restart(presenter, "nowhere", OFFER)))
        .isEqualTo(Failure.MEDIA_NOT_FOUND);
    clients.end(presenter);
  }

  @Test
  void aFreshOfferAfterANetworkChangeKeepsEverybodyConnected() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, true);
    ScriptedEngine.Peer oldUp = server.engine.newest();
    Answer viewing = view(viewer, live.liveId());
    ScriptedEngine.Peer oldDown = server.engine.newest();
    // when the presenter's network changes
    Answer again =
        await(mesh.bus().ask(Media.RESTART, new Media.Restart(presenter, live.mediaId(), OFFER)));
    // then
    ScriptedEngine.Peer up = server.engine.newest();
    assertThat(again.mediaId()).isEqualTo(live.mediaId());
    assertThat(up).isNotSameAs(oldUp);
    assertThat(up.videoSource()).isSameAs(up);
    assertThat(oldDown.videoSource()).isSameAs(up);
    assertThat(server.engine.recorders.values()).allMatch(recorder -> recorder.videoSource() == up);
    eventually("old peer released", () -> assertThat(server.engine.alive()).doesNotContain(oldUp));
    // when the viewer's network changes
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(viewer, viewing.mediaId(), OFFER)));
    // then
    assertThat(server.engine.newest().videoSource()).isSameAs(up);
    eventually(
        "old viewer released", () -> assertThat(server.engine.alive()).doesNotContain(oldDown));
    // when an offer is no good
    assertThat(refusal(Media.RESTART, new Media.Restart(presenter, live.mediaId(), GARBAGE)))
        .isEqualTo(Failure.INVALID_SDP);
    // then everything is as it was
    assertThat(server.engine.peers.get(viewerPeer(up)).videoSource()).isSameAs(up);
    clients.end(presenter);
  }

  @Test
  void candidatesWithoutAMediaIdBelongToTheOfferInFlight() {
    // given a client whose viewer was set up a while ago
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, false);
    view(viewer, live.liveId());
    ScriptedEngine.Peer settled = server.engine.newest();
    Answer call =
        await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(viewer, "c7", OFFER)));
    ScriptedEngine.Peer latest = server.engine.newest();
    // when
    candidate(viewer, null, "candidate:7 1 udp 1 127.0.0.1 9 typ host");
    // then
    eventually("at the latest offer", () -> assertThat(latest.candidates).hasSize(1));
    assertThat(settled.candidates).isEmpty();
    assertThat(call.mediaId()).startsWith("call.c7.");
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c7")));
    clients.end(presenter);
  }

  @Test
  void aViewerThatLeavesWhileThePresenterComesAgainDoesNotKeepItFromThat() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    Caller cleo = clients.signIn("cleo");
    Published live = publish(presenter, false);
    view(bob, live.liveId());
    ScriptedEngine.Peer bobs = server.engine.newest();
    view(cleo, live.liveId());
    ScriptedEngine.Peer cleos = server.engine.newest();
    Set<ScriptedEngine.Peer> left = ConcurrentHashMap.newKeySet();
    server.engine.onConnect =
        (source, sink) -> {
          // The one leaves while the other is connected.
          if (left.isEmpty()) {
            left.add(sink == bobs ? cleos : bobs);
            Caller leaving = sink == bobs ? cleo : bob;
            mesh.bus().ask(Media.LEAVE, new Media.OfLive(leaving, live.liveId()));
            eventually("it has left", () -> assertThat(list(leaving)).isEmpty());
          }
        };
    // when
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(presenter, live.mediaId(), OFFER)));
    // then
    server.engine.onConnect = (source, sink) -> {};
    ScriptedEngine.Peer up = server.engine.newest();
    assertThat(left.contains(bobs) ? cleos.videoSource() : bobs.videoSource()).isSameAs(up);
    clients.end(presenter);
  }

  @Test
  void aViewerThatCannotBeConnectedIsLostAlone() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, false);
    Answer viewing = view(viewer, live.liveId());
    ScriptedEngine.Peer down = server.engine.newest();
    server.engine.onConnect =
        (source, sink) -> {
          throw new IllegalStateException("not this one");
        };
    // when
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(presenter, live.mediaId(), OFFER)));
    // then
    clients.awaitTold(viewer, "media.state", state(viewing.mediaId(), "lost"));
    eventually("released", () -> assertThat(server.engine.alive()).doesNotContain(down));
    // when
    server.engine.onConnect = (source, sink) -> {};
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(viewer, viewing.mediaId(), OFFER)));
    // then
    assertThat(server.engine.newest().videoSource()).isNotNull();
    clients.end(presenter);
  }

  @Test
  void aPeerStaysHeardWhenNoOtherCanBeMade() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    ScriptedEngine.Peer up = server.engine.newest();
    // when
    server.engine.full = true;
    Failure refused = refusal(Media.RESTART, new Media.Restart(presenter, live.mediaId(), OFFER));
    server.engine.full = false;
    up.flow();
    // then
    assertThat(refused).isEqualTo(Failure.MEDIA_UNAVAILABLE);
    clients.awaitTold(presenter, "media.state", state(live.mediaId(), "flowing"));
    clients.end(presenter);
  }

  private List<Media.Session> list(Caller caller) {
    return await(mesh.bus().ask(Media.LIST, new Media.Mine(caller))).items();
  }

  private String viewerPeer(ScriptedEngine.Peer presenter) {
    return server.engine.alive().stream()
        .filter(peer -> peer != presenter)
        .findFirst()
        .orElseThrow()
        .id;
  }
}

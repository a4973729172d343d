package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Caller;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The media of calls. */
class CallMediaTest extends MediaStory {
  @Test
  void bothSidesOfACallAreConnectedWhoeverComesFirst() {
    // given
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    // when
    Answer first = await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(bob, "c1", OFFER)));
    ScriptedEngine.Peer bobs = server.engine.newest();
    Answer second = await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(ada, "c1", OFFER)));
    ScriptedEngine.Peer adas = server.engine.newest();
    // then
    assertThat(adas.videoSource()).isSameAs(bobs);
    assertThat(bobs.videoSource()).isSameAs(adas);
    bobs.flow();
    clients.awaitTold(bob, "media.state", state(first.mediaId(), "flowing"));
    // when one side's network changes
    await(mesh.bus().ask(Media.RESTART, new Media.Restart(ada, second.mediaId(), OFFER)));
    // then
    assertThat(server.engine.newest().videoSource()).isSameAs(bobs);
    assertThat(bobs.videoSource()).isSameAs(server.engine.newest());
    // when
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c1")));
    // then
    clients.awaitTold(ada, "media.state", state(second.mediaId(), "closed"));
    eventually("call released", () -> assertThat(server.engine.alive()).isEmpty());
  }

  @Test
  void bothSidesMayComeAtTheSameTime() {
    // given
    Caller ada = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    // when
    var one = mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(ada, "c2", OFFER));
    var other = mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(bob, "c2", OFFER));
    await(one);
    await(other);
    // then
    List<ScriptedEngine.Peer> peers = List.copyOf(server.engine.alive());
    assertThat(peers).hasSize(2);
    assertThat(peers.get(0).videoSource()).isSameAs(peers.get(1));
    assertThat(peers.get(1).videoSource()).isSameAs(peers.get(0));
    await(mesh.bus().ask(Media.CALL_END, new Media.OfCall("c2")));
  }

  @Test
  void anOfferThatIsRefusedClaimsNoCall() {
    // given
    Caller ada = clients.signIn("ada");
    // when
    Failure refused = refusal(Media.CALL_CONNECT, new Media.JoinCall(ada, "c4", "nonsense"));
    // then
    assertThat(refused).isEqualTo(Failure.INVALID_SDP);
    assertThat(await(mesh.redis().hash("media:owners"))).isEmpty();
  }

  @Test
  void moreMediaSessionsThanAllowedAreRefused() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller greedy = clients.signIn("greedy");
    Published live = publish(presenter, false);
    // when
    for (int i = 0; i < 8; i++) {
      await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(greedy, "g" + i, OFFER)));
    }
    // then: each instance counts its own
    List<Failure> refusals = new CopyOnWriteArrayList<>();
    for (int i = 8; i < 20; i++) {
      String call = "g" + i;
      try {
        await(mesh.bus().ask(Media.CALL_CONNECT, new Media.JoinCall(greedy, call, OFFER)));
      } catch (FailureException refused) {
        refusals.add(refused.failure());
      }
    }
    assertThat(refusals).isNotEmpty().containsOnly(Failure.MEDIA_LIMIT);
    clients.end(greedy);
    clients.end(presenter);
    clients.awaitBroadcast("live.ended", ended(live, "presenter_gone"));
  }
}

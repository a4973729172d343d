package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Published;
import org.junit.jupiter.api.Test;

/** Those who watch a live come, leave, and come again. */
class ViewerTest extends MediaStory {
  @Test
  void viewersLeaveByThemselvesAndWithTheirSession() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller bob = clients.signIn("bob");
    Caller cleo = clients.signIn("cleo");
    Published live = publish(presenter, false);
    view(bob, live.liveId());
    view(cleo, live.liveId());
    assertThat(server.engine.alive()).hasSize(3);
    // when
    await(mesh.bus().ask(Media.LEAVE, new Media.OfLive(bob, live.liveId())));
    clients.end(cleo);
    // then
    eventually("viewers released", () -> assertThat(server.engine.alive()).hasSize(1));
    clients.awaitTold(presenter, "live.viewerLeft", p -> p.encode().contains("bob"));
    clients.awaitTold(presenter, "live.viewerLeft", p -> p.encode().contains("cleo"));
    assertThat(await(mesh.bus().ask(Audience.MEMBERS, new Audience.Query(live.liveId()))).viewers())
        .isZero();
    clients.end(presenter);
  }

  @Test
  void aPageThatIsLoadedAgainReplacesItsViewer() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, false);
    Answer first = view(viewer, live.liveId());
    // when
    Answer second = view(viewer, live.liveId());
    // then
    clients.awaitTold(viewer, "media.state", state(first.mediaId(), "closed"));
    assertThat(second.mediaId()).isNotEqualTo(first.mediaId());
    eventually("one viewer", () -> assertThat(server.engine.alive()).hasSize(2));
    assertThat(clients.of(presenter, "live.viewerLeft")).isEmpty();
    clients.end(presenter);
  }
}

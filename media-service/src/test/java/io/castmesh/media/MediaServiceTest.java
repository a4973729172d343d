package io.castmesh.media;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.castmesh.contract.Audience;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Done;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Media.Answer;
import io.castmesh.contract.Media.Candidate;
import io.castmesh.contract.Media.Published;
import io.castmesh.contract.Media.RecordingEnded;
import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.room.RoomConfig;
import io.castmesh.room.RoomVerticle;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The scenarios of lives and calls, over the real bus, on a real Redis and the real protocol of the
 * embedded media node; two instances of media-service answer in turn.
 */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MediaServiceTest {
  static final String OFFER =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
          + "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=fingerprint:sha-256 AA\r\n"
          + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
          + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendrecv\r\n";

  private static final String GARBAGE = OFFER + "a=garbage\r\n";

  private final TestMediaServer server = new TestMediaServer();
  private final List<RecordingEnded> recordings = new CopyOnWriteArrayList<>();
  private Mesh mesh;
  private TestClients clients;
  private Path folder;

  @BeforeAll
  void start(TestMesh test) {
    mesh = test.mesh();
    MediaConfig config =
        MediaConfig.read(
            test.settings(
                Map.of(
                    "CASTMESH_KURENTO_URLS", server.url(),
                    "CASTMESH_MEDIA_LEASE", "2",
                    "CASTMESH_MEDIA_PRESENCE_INTERVAL", "1",
                    "CASTMESH_MEDIA_PING_INTERVAL", "1")));
    RoomConfig room = RoomConfig.read(test.settings(Map.of("CASTMESH_ROOM_PRESENCE_LEASE", "600")));
    test.deploy(new RoomVerticle(mesh, room))
        .deploy(new MediaVerticle(mesh, config))
        .deploy(new MediaVerticle(mesh, config));
    clients = new TestClients(mesh);
    folder = mesh.config().recordingsDir();
    await(mesh.bus().listen(Media.RECORDING_ENDED, recordings::add));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    eventually(
        "every peer and recorder released",
        () -> {
          assertThat(server.engine.peers).isEmpty();
          assertThat(server.engine.recorders).isEmpty();
          assertThat(await(mesh.redis().run(Command.HLEN, "media:lives")).toInteger()).isZero();
        });
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aLiveIsPublishedListedWatchedAndStopped() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    // when
    Published published = publish(presenter, true);
    // then
    ScriptedEngine.Peer up = server.engine.newest();
    assertThat(published.sdpAnswer()).contains(up.id);
    assertThat(up.videoSource()).as("the presenter sees its own stream").isSameAs(up);
    clients.awaitBroadcast(
        "live.started",
        p -> p.getJsonObject("live").getString("liveId").equals(published.liveId()));
    assertThat(lives()).extracting(Media.Live::liveId).containsExactly(published.liveId());
    // when
    Answer viewing = view(viewer, published.liveId());
    ScriptedEngine.Peer down = server.engine.newest();
    // then
    assertThat(down.videoSource()).isSameAs(up);
    clients.awaitTold(
        presenter,
        "live.viewerJoined",
        p -> p.getJsonObject("user").getString("nickname").equals("bob"));
    // when
    up.flow();
    down.flow();
    // then
    clients.awaitTold(viewer, "media.state", state(viewing.mediaId(), "flowing"));
    clients.awaitTold(presenter, "media.state", state(published.mediaId(), "flowing"));
    eventually("a keyframe asked for", () -> assertThat(up.keyFrameRequests).isPositive());
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    JsonObject ticket =
        new JsonObject(Files.readString(folder.resolve(published.liveId() + ".json")));
    assertThat(ticket.getString("address")).isEqualTo("192.0.2.7");
    // when
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, published.liveId())));
    // then
    clients.awaitBroadcast("live.ended", ended(published, "stopped"));
    clients.awaitTold(viewer, "media.state", state(viewing.mediaId(), "closed"));
    assertThat(server.engine.journal.indexOf("stop"))
        .as("the recorder is stopped before it is released: %s", server.engine.journal)
        .isBetween(0, server.engine.journal.indexOf("recorder released"));
    RecordingEnded recording = recordingOf(published.liveId());
    assertThat(recording.owner()).isEqualTo(presenter.user());
    assertThat(recording.title()).isEqualTo("Evening");
    assertThat(folder.resolve(recording.file())).exists();
    assertThat(recording.endedAt()).isAfter(recording.startedAt());
    assertThat(lives()).isEmpty();
  }

  @Test
  void aRecordingIsAnnouncedAgainUntilItsTicketIsGone() throws Exception {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, true);
    server.engine.newest().flow();
    eventually("ticket", () -> assertThat(folder.resolve(live.liveId() + ".json")).exists());
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    recordingOf(live.liveId());
    // when nobody registers it
    eventually(
        "told again",
        Duration.ofSeconds(15),
        () ->
            assertThat(recordings.stream().filter(r -> r.liveId().equals(live.liveId())))
                .hasSizeGreaterThan(1));
    // when somebody does
    Files.delete(folder.resolve(live.liveId() + ".json"));
    // then
    eventually(
        "forgotten",
        Duration.ofSeconds(15),
        () ->
            assertThat(
                    await(mesh.redis().run(Command.HEXISTS, "media:recordings", live.liveId()))
                        .toInteger())
                .isZero());
  }

  @Test
  void aPresenterWhoSendsOneKindOnlyIsRecordedToo() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, true);
    server.engine.journal.clear();
    // when
    server.engine.newest().sendOnly(MediaKind.AUDIO);
    // then
    eventually("recording", () -> assertThat(server.engine.journal).contains("record"));
    clients.end(presenter);
    recordingOf(live.liveId());
  }

  @Test
  void withoutRecordingNothingIsWritten() {
    // given
    Caller presenter = clients.signIn("ada");
    // when
    Published live = publish(presenter, false);
    server.engine.newest().flow();
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    // then
    assertThat(folder.resolve(live.liveId() + ".json")).doesNotExist();
    assertThat(recordings).extracting(RecordingEnded::liveId).doesNotContain(live.liveId());
  }

  @Test
  void nobodyPresentsTwoLives() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    Caller secondDevice = clients.again(presenter.user());
    // when / then
    assertThat(refusal(Media.PUBLISH, publication(presenter, OFFER, false)))
        .isEqualTo(Failure.ALREADY_PUBLISHING);
    assertThat(refusal(Media.PUBLISH, publication(secondDevice, OFFER, false)))
        .isEqualTo(Failure.ALREADY_PUBLISHING);
    await(mesh.bus().ask(Media.STOP, new Media.OfLive(presenter, live.liveId())));
    Published next = publish(secondDevice, false);
    clients.end(secondDevice);
    clients.awaitBroadcast("live.ended", ended(next, "presenter_gone"));
  }

  @Test
  void onlyThePresenterStopsALive() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller stranger = clients.signIn("eve");
    Published live = publish(presenter, false);
    // when / then
    assertThat(refusal(Media.STOP, new Media.OfLive(stranger, live.liveId())))
        .isEqualTo(Failure.FORBIDDEN);
    assertThat(refusal(Media.STOP, new Media.OfLive(stranger, "no-such-live")))
        .isEqualTo(Failure.LIVE_NOT_FOUND);
    assertThat(lives()).hasSize(1);
    clients.end(presenter);
  }

  @Test
  void aPresenterWhoseSessionEndsTakesTheLiveAlong() {
    // given
    Caller presenter = clients.signIn("ada");
    Caller viewer = clients.signIn("bob");
    Published live = publish(presenter, false);
    view(viewer, live.liveId());
    // when
    clients.end(presenter);
    // then
    clients.awaitBroadcast("live.ended", ended(live, "presenter_gone"));
    assertThat(refusal(Media.VIEW, new Media.View(viewer, live.liveId(), OFFER)))
        .isEqualTo(Failure.LIVE_NOT_FOUND);
  }

  @Test
  void aClientThatVanishesWithoutAWordIsFound() {
    // given
    Caller presenter = clients.signIn("ada");
    Published live = publish(presenter, false);
    // when
    clients.vanish(presenter);
    // then
    clients.awaitBroadcast("live.ended", ended(live, "presenter_gone"));
  }

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

  private String viewerPeer(ScriptedEngine.Peer presenter) {
    return server.engine.alive().stream()
        .filter(peer -> peer != presenter)
        .findFirst()
        .orElseThrow()
        .id;
  }

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

  private Published publish(Caller caller, boolean record) {
    return await(mesh.bus().ask(Media.PUBLISH, publication(caller, OFFER, record)));
  }

  private static Media.Publish publication(Caller caller, String offer, boolean record) {
    return new Media.Publish(caller, offer, "Evening", record);
  }

  private Answer view(Caller caller, String liveId) {
    return await(mesh.bus().ask(Media.VIEW, new Media.View(caller, liveId, OFFER)));
  }

  private List<Media.Live> lives() {
    return await(mesh.bus().ask(Media.LIVES, new Media.LivesQuery(null))).items();
  }

  private void candidate(Caller caller, String mediaId, String candidate) {
    Done done = await(mesh.bus().ask(Media.CANDIDATE, addition(caller, mediaId, candidate)));
    assertThat(done).isEqualTo(Done.DONE);
  }

  private static Media.AddCandidate addition(Caller caller, String mediaId, String candidate) {
    return new Media.AddCandidate(caller, mediaId, new Candidate(candidate, "0", 0));
  }

  private RecordingEnded recordingOf(String liveId) {
    RecordingEnded[] found = new RecordingEnded[1];
    eventually(
        "recording of " + liveId,
        () ->
            found[0] =
                recordings.stream()
                    .filter(r -> r.liveId().equals(liveId))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("announced: " + recordings)));
    return found[0];
  }

  private <Q, R> Failure refusal(Endpoint<Q, R> endpoint, Q question) {
    return catchThrowableOfType(
            FailureException.class, () -> await(mesh.bus().ask(endpoint, question)))
        .failure();
  }

  private static Predicate<JsonObject> state(String mediaId, String state) {
    return p -> mediaId.equals(p.getString("mediaId")) && state.equals(p.getString("state"));
  }

  private static Predicate<JsonObject> ended(Published live, String reason) {
    return p -> live.liveId().equals(p.getString("liveId")) && reason.equals(p.getString("reason"));
  }
}

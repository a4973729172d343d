package io.castmesh.gateway;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.User;
import io.castmesh.gateway.admin.Admins;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What administrators do, and what it means at every gateway. */
class AdminTest extends AdminStory {

  @Test
  void ordinaryPeopleAndStrangersAreRefusedOnEveryAdminDoor() throws Exception {
    // given
    JsonObject ada = signUp("Ada");
    JsonObject guest = json(send("POST", herePort, "/api/v1/auth/guest", null, "{}"));
    JsonObject paths =
        json(send("GET", herePort, "/openapi.json", null, null)).getJsonObject("paths");
    List<String> tried = new ArrayList<>();
    for (String path : paths.fieldNames()) {
      if (!path.startsWith("/api/v1/admin/")) {
        continue;
      }
      for (String method : paths.getJsonObject(path).fieldNames()) {
        String door = path.replace("{id}", id(ada));
        String body = "{\"text\":\"x\",\"url\":\"ws://x\",\"draining\":true}";

        // when, then
        String verb = method.toUpperCase(java.util.Locale.ROOT);
        assertThat(problem(send(verb, herePort, door, null, body)))
            .as(verb + " " + door)
            .isEqualTo("UNAUTHENTICATED");
        for (JsonObject person : List.of(ada, guest)) {
          assertThat(problem(send(verb, herePort, door, person, body)))
              .as(verb + " " + door)
              .isEqualTo("FORBIDDEN");
        }
        tried.add(verb + " " + path);
      }
    }
    assertThat(tried).hasSizeGreaterThan(15);
    assertThat(json(send("GET", herePort, "/api/v1/me", ada, null)).getBoolean("admin")).isFalse();
    assertThat(json(send("GET", herePort, "/api/v1/me", admin, null)).getBoolean("admin")).isTrue();
  }

  @Test
  void whoIsNoAdministratorAnyMoreIsRefusedAtOnceWithTheSameToken() throws Exception {
    // given
    JsonObject bea = makeAdmin(signUp("Bea"));
    assertThat(send("GET", herePort, "/api/v1/admin/people", bea, null).statusCode())
        .isEqualTo(200);

    // when
    assertThat(await(new Admins(room.mysql()).revoke(user(bea)))).isTrue();

    // then
    assertThat(problem(send("GET", therePort, "/api/v1/admin/people", bea, null)))
        .isEqualTo("FORBIDDEN");
  }

  @Test
  void whoIsMutedIsSilencedEverywhereAndSpeaksAgainAfterwards() throws Exception {
    // given somebody in a room and in a call, with two devices at two gateways
    JsonObject tokens = signUp("Cleo");
    JsonObject peerTokens = signUp("Dora");
    try (TestClient one = signedIn(tokens, herePort);
        TestClient two = signedIn(tokens, therePort);
        TestClient peer = signedIn(peerTokens, therePort)) {
      JsonObject joined = one.call("room.join", new JsonObject()).getJsonObject("result");
      JsonObject inRoom = new JsonObject().put("roomId", joined.getString("roomId"));
      assertThat(peer.call("room.join", inRoom).containsKey("result")).isTrue();
      assertThat(one.call("call.invite", new JsonObject().put("to", "Dora")).containsKey("result"))
          .isTrue();

      // when
      assertThat(
              send(
                      "PUT",
                      herePort,
                      "/api/v1/admin/people/" + id(tokens) + "/mute",
                      admin,
                      "{\"reason\":\"shouting\",\"seconds\":3600}")
                  .statusCode())
          .isEqualTo(204);

      // then all devices are told
      assertThat(params(one, "account.muted").getString("reason")).isEqualTo("shouting");
      assertThat(params(two, "account.muted").getString("until")).endsWith("Z");
      // the live, the call and the rooms have ended
      eventually("the live ends", () -> assertThat(silenced).contains(id(tokens)));
      assertThat(params(one, "room.closed").getString("reason")).isEqualTo("moderated");
      assertThat(params(one, "call.ended").getString("reason")).isEqualTo("moderated");
      assertThat(params(peer, "room.peerLeft").getString("reason")).isEqualTo("moderated");
      // and nothing can be said at any gateway
      for (TestClient client : List.of(one, two)) {
        JsonObject error = client.call("room.data", data(inRoom)).getJsonObject("error");
        assertThat(error.getInteger("code")).isEqualTo(1600);
        assertThat(error.getJsonObject("data").getMap())
            .containsEntry("name", "MUTED")
            .containsEntry("reason", "shouting")
            .containsKey("until");
        assertThat(client.failure("room.join", inRoom)).isEqualTo("MUTED");
        assertThat(client.failure("call.invite", new JsonObject().put("to", "Dora")))
            .isEqualTo("MUTED");
        assertThat(client.failure("live.publish", new JsonObject().put("sdpOffer", "v=0")))
            .isEqualTo("MUTED");
      }
      HttpResponse<String> made = send("POST", therePort, "/api/v1/rooms", tokens, "{}");
      assertThat(problem(made)).isEqualTo("MUTED");
      assertThat(json(made).getString("reason")).isEqualTo("shouting");
      // but watching is not speaking
      assertThat(
              one.call("presence.watch", new JsonObject().put("everyone", true))
                  .containsKey("result"))
          .isTrue();
      assertThat(
              json(send("GET", therePort, "/api/v1/me", tokens, null))
                  .getJsonObject("muted")
                  .getString("reason"))
          .isEqualTo("shouting");

      // when it is lifted
      send("DELETE", therePort, "/api/v1/admin/people/" + id(tokens) + "/mute", admin, null);

      // then
      params(one, "account.unmuted");
      assertThat(two.call("room.join", inRoom).containsKey("result")).isTrue();
    }
  }

  @Test
  void aMuteEndsByItself() throws Exception {
    // given
    JsonObject tokens = signUp("Eve");
    try (TestClient client = signedIn(tokens, therePort)) {
      // when
      mute(tokens, "{\"seconds\":1}");

      // then
      params(client, "account.muted");
      eventually(
          "Eve may speak again",
          () ->
              assertThat(client.call("room.join", new JsonObject()).containsKey("result"))
                  .isTrue());
      params(client, "account.unmuted");
    }
  }

  @Test
  void whoIsBannedIsPutOutAndNotLetInAnywhereAlsoAfterARestart() throws Exception {
    // given somebody with a device at each gateway, one of them cut off
    JsonObject tokens = signUp("Finn");
    TestClient cut = new TestClient(room.vertx(), therePort);
    String cutSession = session(cut, tokens);
    cut.cut();
    cut.close();
    try (TestClient one = signedIn(tokens, herePort);
        TestClient two = signedIn(tokens, therePort)) {
      // when
      assertThat(ban(tokens, "{\"reason\":\"fraud\"}")).isEqualTo(204);

      // then
      assertThat(params(one, "session.banned").getString("reason")).isEqualTo("fraud");
      assertThat(one.closeCode()).isEqualTo(4411);
      assertThat(two.closeCode()).isEqualTo(4411);
    }
    int restartedPort = gateway();
    for (int port : new int[] {herePort, therePort, restartedPort}) {
      HttpResponse<String> login =
          send("POST", port, "/api/v1/auth/login", null, credentials("Finn"));
      assertThat(login.statusCode()).isEqualTo(403);
      assertThat(problem(login)).isEqualTo("BANNED");
      assertThat(json(login).getString("reason")).isEqualTo("fraud");
      assertThat(problem(send("POST", port, "/api/v1/auth/refresh", null, refresh(tokens))))
          .isEqualTo("BANNED");
      assertThat(problem(send("GET", port, "/api/v1/me", tokens, null))).isEqualTo("BANNED");
      try (TestClient again = new TestClient(room.vertx(), port)) {
        JsonObject params =
            new JsonObject()
                .put("token", tokens.getString("accessToken"))
                .put("resume", new JsonObject().put("sessionId", cutSession).put("lastSeq", 0));
        assertThat(again.failure("session.authenticate", params)).isEqualTo("BANNED");
        assertThat(again.closeCode()).isEqualTo(4411);
      }
    }
    // and whoever does not know the password learns nothing
    assertThat(
            problem(
                send(
                    "POST",
                    herePort,
                    "/api/v1/auth/login",
                    null,
                    "{\"nickname\":\"Finn\",\"password\":\"something else\"}")))
        .isEqualTo("BAD_CREDENTIALS");

    // when it is lifted, then the tokens are as good as before
    send("DELETE", herePort, "/api/v1/admin/people/" + id(tokens) + "/ban", admin, null);
    eventually(
        "Finn comes in again",
        () ->
            assertThat(
                    send("POST", therePort, "/api/v1/auth/refresh", null, refresh(tokens))
                        .statusCode())
                .isEqualTo(200));
  }

  @Test
  void aGuestCanBeBannedToo() throws Exception {
    // given
    JsonObject guest = json(send("POST", therePort, "/api/v1/auth/guest", null, "{}"));
    try (TestClient client = signedIn(guest, therePort)) {
      // when
      ban(guest, "{}");

      // then
      assertThat(client.closeCode()).isEqualTo(4411);
      assertThat(problem(send("POST", therePort, "/api/v1/auth/refresh", null, refresh(guest))))
          .isEqualTo("BANNED");
    }
  }

  @Test
  void whoIsKickedDoesNotComeBackByItselfButMayComeAgain() throws Exception {
    // given a device with a socket, and one whose socket has just broken
    JsonObject tokens = signUp("Gus");
    TestClient gone = new TestClient(room.vertx(), therePort);
    String sessionId = session(gone, tokens);
    gone.cut();
    gone.close();
    try (TestClient client = signedIn(tokens, herePort)) {
      // when
      HttpResponse<String> kicked =
          send(
              "POST",
              herePort,
              "/api/v1/admin/people/" + id(tokens) + "/kick",
              admin,
              "{\"reason\":\"a word\"}");

      // then
      assertThat(kicked.statusCode()).isEqualTo(204);
      assertThat(params(client, "session.kicked").getString("reason")).isEqualTo("a word");
      assertThat(client.closeCode()).isEqualTo(4410);
    }
    JsonObject resume = new JsonObject().put("sessionId", sessionId).put("lastSeq", 0);
    for (int port : new int[] {herePort, therePort}) {
      try (TestClient back = new TestClient(room.vertx(), port)) {
        JsonObject answer =
            back.call(
                "session.authenticate",
                new JsonObject()
                    .put("token", tokens.getString("accessToken"))
                    .put("resume", resume));
        assertThat(TestClient.name(answer)).isEqualTo("KICKED");
        assertThat(back.closeCode()).isEqualTo(4410);
      }
    }
    signedIn(tokens, therePort).close();
  }

  @Test
  void nobodyDoesItToThemselvesAndOneOfTwoWhoBanEachOtherIsLeft() throws Exception {
    // given
    String self = "/api/v1/admin/people/" + id(admin);
    assertThat(problem(send("POST", herePort, self + "/kick", admin, "{}")))
        .isEqualTo("OWN_ACCOUNT");
    assertThat(problem(send("PUT", herePort, self + "/mute", admin, "{}")))
        .isEqualTo("OWN_ACCOUNT");
    assertThat(problem(send("PUT", herePort, self + "/ban", admin, "{}"))).isEqualTo("OWN_ACCOUNT");
    JsonObject hal = makeAdmin(signUp("Hal"));
    JsonObject ida = makeAdmin(signUp("Ida"));

    // when
    CompletableFuture<HttpResponse<String>> first =
        sending("PUT", herePort, "/api/v1/admin/people/" + id(ida) + "/ban", hal, "{}");
    CompletableFuture<HttpResponse<String>> second =
        sending("PUT", therePort, "/api/v1/admin/people/" + id(hal) + "/ban", ida, "{}");

    // then
    assertThat(Stream.of(first.get(), second.get()).map(HttpResponse::statusCode))
        .containsExactlyInAnyOrder(204, 403);
    List<User> left = await(new Admins(room.mysql()).list());
    assertThat(left.stream().map(User::nickname).filter(List.of("Hal", "Ida")::contains))
        .hasSize(1);
  }

  @Test
  void theLastAdministratorStaysOne() {
    // given
    Admins admins = new Admins(room.mysql());
    for (User one : await(admins.list())) {
      if (!one.nickname().equals("Admin")) {
        await(admins.revoke(one));
      }
    }

    // when, then
    assertThat(await(admins.revoke(user(admin)))).isFalse();
    assertThat(await(admins.list())).extracting(User::nickname).containsExactly("Admin");
  }

  @Test
  void peopleAreFoundWhetherTheyAreThereOrNot() throws Exception {
    // given
    JsonObject kim = signUp("Kim-online");
    JsonObject kit = signUp("Kit-offline");
    mute(kit, "{\"reason\":\"noise\"}");
    try (TestClient client = signedIn(kim, therePort)) {
      // when, then
      eventually(
          "Kim is found by a part of the nickname",
          () -> assertThat(names("show=online&q=-ONL")).containsExactly("Kim-online"));
      assertThat(names("show=online&q=Kit")).isEmpty();
      assertThat(names("show=all&q=ki")).containsExactly("Kim-online", "Kit-offline");
      assertThat(names("show=all&q=ki&size=1&page=1")).containsExactly("Kit-offline");
      assertThat(names("show=all&q=%25")).isEmpty();
      assertThat(names("show=sanctioned&q=k")).containsExactly("Kit-offline");
      JsonObject found = people("show=sanctioned&q=kit").getJsonArray("items").getJsonObject(0);
      assertThat(found.getString("state")).isEqualTo("offline");
      assertThat(found.getJsonObject("mute").getMap())
          .containsEntry("reason", "noise")
          .containsEntry("by", "Admin")
          .doesNotContainKey("until");
      assertThat(
              people("show=online&q=kim")
                  .getJsonArray("items")
                  .getJsonObject(0)
                  .getInteger("sessions"))
          .isEqualTo(1);
      assertThat(client.quiet()).isTrue();
    }
    assertThat(problem(send("GET", herePort, "/api/v1/admin/people?show=everybody", admin, null)))
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void roomsAndCallsAreSeenAndEnded() throws Exception {
    // given
    JsonObject lea = signUp("Lea");
    JsonObject max = signUp("Max");
    try (TestClient one = signedIn(lea, herePort);
        TestClient two = signedIn(max, therePort)) {
      String roomId =
          one.call("room.join", new JsonObject().put("name", "tea"))
              .getJsonObject("result")
              .getString("roomId");
      String callId =
          one.call("call.invite", new JsonObject().put("to", "Max"))
              .getJsonObject("result")
              .getString("callId");

      // when they are looked at
      JsonObject rooms = json(send("GET", therePort, "/api/v1/admin/rooms", admin, null));
      JsonObject calls = json(send("GET", therePort, "/api/v1/admin/calls", admin, null));

      // then
      assertThat(rooms.getJsonArray("items").stream().map(JsonObject.class::cast))
          .anyMatch(
              item ->
                  item.getJsonObject("room").getString("roomId").equals(roomId)
                      && item.getJsonObject("host").getString("nickname").equals("Lea"));
      assertThat(calls.getJsonArray("items").stream().map(JsonObject.class::cast))
          .anyMatch(
              item ->
                  item.getString("callId").equals(callId)
                      && item.getString("state").equals("ringing"));

      // when they are ended
      end("rooms", roomId);
      end("calls", callId);

      // then
      assertThat(params(one, "room.closed").getString("reason")).isEqualTo("moderated");
      assertThat(params(two, "call.ended").getString("reason")).isEqualTo("moderated");
      JsonObject again = new JsonObject().put("roomId", roomId);
      assertThat(one.failure("room.join", again)).isEqualTo("ROOM_LOCKED");
      for (String id : List.of("999999999", "abc")) {
        assertThat(
                problem(send("POST", herePort, "/api/v1/admin/rooms/" + id + "/end", admin, "{}")))
            .isEqualTo("ROOM_NOT_FOUND");
      }
    }
  }

  @Test
  void whatAMutedPersonSaysEndsAsSoonAsTheServiceHearsOfIt() throws Exception {
    // given a media-service that does not answer
    JsonObject ottokar = signUp("Ottokar");
    deaf.set(true);
    try (TestClient client = signedIn(ottokar, therePort)) {
      // when
      assertThat(mute(ottokar, "{}")).isEqualTo(204);
      assertThat(params(client, "account.muted")).isNotNull();
      assertThat(silenced).doesNotContain(id(ottokar));
      deaf.set(false);

      // then
      eventually("the live ends", () -> assertThat(silenced).contains(id(ottokar)));
    } finally {
      deaf.set(false);
    }
  }

  @Test
  void aBroadcastReachesEverybodyAndEverythingIsWrittenDown() throws Exception {
    // given
    JsonObject nia = signUp("Nia");
    try (TestClient here = signedIn(nia, herePort);
        TestClient there = signedIn(nia, therePort)) {
      // when
      send("POST", herePort, "/api/v1/admin/broadcast", admin, "{\"text\":\"Tea at five.\"}");
      send("POST", herePort, "/api/v1/admin/calls/none/end", admin, "{\"reason\":\"why not\"}");

      // then
      assertThat(params(here, "notice.posted").getString("text")).isEqualTo("Tea at five.");
      assertThat(params(there, "notice.posted").getString("level")).isEqualTo("info");
    }
    eventually(
        "what came of it is written down",
        () -> {
          JsonArray items =
              json(send("GET", therePort, "/api/v1/admin/actions?size=100", admin, null))
                  .getJsonArray("items");
          assertThat(items.stream().map(JsonObject.class::cast))
              .anyMatch(
                  one ->
                      one.getString("action").equals("broadcast")
                          && one.getString("admin").equals("Admin")
                          && "Tea at five.".equals(one.getString("details"))
                          && "done".equals(one.getString("outcome")))
              .anyMatch(
                  one ->
                      one.getString("action").equals("end_call")
                          && "CALL_NOT_FOUND".equals(one.getString("outcome")));
        });
    assertThat(
            problem(send("POST", herePort, "/api/v1/admin/broadcast", admin, "{\"text\":\" \"}")))
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void theMeshTellsOfEveryNodeWhatItHasToDo() throws Exception {
    // given
    JsonObject olga = signUp("Olga");
    try (TestClient client = signedIn(olga, therePort)) {
      eventually(
          "each gateway knows the load of the other",
          () -> {
            // when
            JsonObject mesh = json(send("GET", herePort, "/api/v1/admin/mesh", admin, null));

            // then
            List<JsonObject> nodes =
                mesh.getJsonArray("nodes").stream().map(JsonObject.class::cast).toList();
            assertThat(nodes.stream().map(node -> node.getString("service")))
                .contains("room", "gateway");
            assertThat(
                    nodes.stream()
                        .filter(node -> node.getString("service").equals("gateway"))
                        .mapToInt(node -> node.getJsonObject("load").getInteger("sessions"))
                        .sum())
                .isPositive();
            assertThat(mesh.getBoolean("drainable")).isTrue();
          });
      assertThat(client.quiet()).isTrue();
    }
    assertThat(problem(send("POST", herePort, "/api/v1/admin/nodes/room-0/drain", admin, null)))
        .isEqualTo("NOT_FOUND");
    assertThat(
            json(send("GET", therePort, "/api/v1/admin/history", admin, null))
                .getJsonArray("items"))
        .isNotEmpty();
  }
}

package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.WebRtcPeer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Says to this node what clients once said to a real Kurento Media Server (7.3.1) and compares the
 * answers: the codes and types of errors, and the shape of results. Recorded ids are replaced by
 * those that this node gives, and waiting is ten times as fast.
 */
class TraceReplayTest {
  private static final Pattern LINE = Pattern.compile("^ *(\\d+\\.\\d+) (\\w+) (C>S|S>C|--) (.*)$");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  /** The server of the traces collected every 4 s; idle-ping and restart ran with the default. */
  private static final double SPEED = 10;

  private static final Set<String> GARBAGE_COLLECTED = Set.of("session-gc", "edge-cases");

  /**
   * A real server's getPipelines took a reference on every object, which kept a pipeline alive in
   * edge-cases that nobody owned any more; ours takes none, so that a list can be polled.
   */
  private static final Set<Object> UNLIKE = Set.of(1267, 1269);

  private static final KurentoLimits LIMITS = KurentoLimits.defaults().withSessionGcMillis(400);

  private final Map<String, String> ids = new HashMap<>();
  private final Map<String, RawSocket> sockets = new HashMap<>();
  private final List<String> differences = new ArrayList<>();
  private final Set<String> seenEvents = new HashSet<>();
  private TestNode node;
  private int compared;

  @AfterEach
  void stop() {
    sockets.values().forEach(RawSocket::close);
    node.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"probe", "one2many-recorded", "edge-cases", "session-gc", "restart", "idle-ping"})
  void repliesHaveTheCodesAndShapesOfTheRecordedOnes(String trace) throws Exception {
    // given
    node = new TestNode(LIMITS);
    List<Line> lines = read(trace);
    // when
    double last = lines.get(0).time();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      if (line.time() - last > 1 && GARBAGE_COLLECTED.contains(trace)) {
        TimeUnit.MILLISECONDS.sleep((long) ((line.time() - last) * 1000 / SPEED));
      }
      last = line.time();
      play(line, lines.subList(i + 1, lines.size()));
    }
    // then
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(1);
  }

  private void play(Line line, List<Line> rest) throws Exception {
    if (line.text().startsWith("KMS-ERROR")) {
      restartOnce();
    } else if (line.direction().equals("C>S")) {
      if (!line.text().startsWith("[ws")) {
        say(line, rest);
      }
    } else if (line.text().contains("\"onEvent\"")) {
      happen(line.socket(), new JsonObject(withOurIds(line.text())));
    } else if (line.text().startsWith("CLOSE") || line.text().startsWith("[ws CLOSE")) {
      RawSocket socket = sockets.remove(line.socket());
      if (socket != null) {
        socket.cut();
      }
    }
  }

  /** Lets the engine report what the recorded event tells, and compares what comes of it. */
  private void happen(String socket, JsonObject recorded) {
    JsonObject theirs = RawSocket.eventOf(recorded);
    String type = theirs.getString("type");
    JsonObject data = theirs.getJsonObject("data");
    MemoryEngine.Peer peer = node.engine.peers.get(theirs.getString("object"));
    if (peer != null) {
      drive(peer.listener, type, data);
    }
    if (seenEvents.add(type)) {
      JsonObject ours = sockets.get(socket).event(type);
      compared++;
      if (!shape(data).equals(shape(ours))) {
        differences.add("Event %s%n  theirs %s%n  ours   %s".formatted(type, data, ours));
      }
    }
  }

  private static void drive(WebRtcPeer.Listener engine, String type, JsonObject data) {
    boolean flowing = "FLOWING".equals(data.getString("state"));
    switch (type) {
      case "IceComponentStateChanged" ->
          engine.onIceState(WebRtcPeer.IceState.valueOf(data.getString("state")));
      case "DtlsConnectionStateChange" ->
          engine.onDtlsState(WebRtcPeer.DtlsState.valueOf(data.getString("state")));
      case "NewCandidatePairSelected" -> {
        JsonObject pair = data.getJsonObject("candidatePair");
        engine.onCandidatePair(pair.getString("localCandidate"), pair.getString("remoteCandidate"));
      }
      case "ConnectionStateChanged" ->
          engine.onConnected("CONNECTED".equals(data.getString("newState")));
      // What a browser sends comes in for the engine and goes out for Kurento.
      case "MediaFlowOutStateChanged" -> engine.onFlowIn(kind(data), flowing);
      case "MediaFlowInStateChanged" -> engine.onFlowOut(kind(data), flowing);
      default -> {}
    }
  }

  private static MediaKind kind(JsonObject data) {
    return MediaKind.valueOf(data.getString("mediaType"));
  }

  private void restartOnce() {
    if (sockets.isEmpty()) {
      int port = node.port();
      node.close();
      node = new TestNode(LIMITS, port);
      sockets.put("restarted", null);
    }
  }

  private void say(Line line, List<Line> rest) throws Exception {
    RawSocket socket = sockets.get(line.socket());
    if (socket == null) {
      socket = new RawSocket(node.url());
      sockets.put(line.socket(), socket);
    }
    sockets.remove("restarted");
    socket.send(withOurIds(line.text()));
    Object said;
    try {
      said = Json.decodeValue(line.text());
    } catch (DecodeException broken) {
      assertThat(socket.closed.get(60, TimeUnit.SECONDS)).as("close code").isEqualTo(1007);
      assertThat(socket.received).as("answers to broken JSON").isEmpty();
      compared += 2;
      return;
    }
    Object id = said instanceof JsonObject request ? request.getValue("id") : null;
    JsonObject expected = recordedReply(line.socket(), id, rest);
    if (expected == null || (id != null && UNLIKE.contains(id))) {
      return;
    }
    JsonObject actual =
        socket.await("reply to " + line.text(), m -> m.containsKey("id") && same(m, id));
    learn(expected, actual);
    compared++;
    compare(line.text().substring(0, Math.min(300, line.text().length())), expected, actual);
  }

  private static boolean same(JsonObject message, Object id) {
    return Objects.equals(message.getValue("id"), id);
  }

  private static JsonObject recordedReply(String socket, Object id, List<Line> rest) {
    for (Line line : rest) {
      if (line.socket().equals(socket) && line.direction().equals("S>C")) {
        try {
          if (Json.decodeValue(line.text()) instanceof JsonObject reply
              && reply.containsKey("id")
              && same(reply, id)) {
            return reply;
          }
        } catch (DecodeException notJson) {
          continue;
        }
      }
    }
    return null;
  }

  /** Remembers which of our ids stand for the recorded ones, in order of appearance. */
  private void learn(JsonObject expected, JsonObject actual) {
    if (expected.getValue("result") instanceof JsonObject theirs
        && actual.getValue("result") instanceof JsonObject ours) {
      learn(theirs.getValue("sessionId"), ours.getValue("sessionId"));
      learn(theirs.getValue("value"), ours.getValue("value"));
    }
  }

  private void learn(Object theirs, Object ours) {
    if (theirs instanceof String their && ours instanceof String our) {
      Matcher theirIds = UUID.matcher(their);
      Matcher ourIds = UUID.matcher(our);
      while (theirIds.find() && ourIds.find()) {
        ids.putIfAbsent(theirIds.group(), ourIds.group());
      }
    } else if (theirs instanceof JsonArray theirArray && ours instanceof JsonArray ourArray) {
      for (int i = 0; i < Math.min(theirArray.size(), ourArray.size()); i++) {
        if (theirArray.getValue(i) instanceof JsonObject t
            && ourArray.getValue(i) instanceof JsonObject o) {
          learn(t, o);
        }
      }
    }
  }

  private String withOurIds(String text) {
    return UUID.matcher(text).replaceAll(id -> ids.getOrDefault(id.group(), id.group()));
  }

  private void compare(String request, JsonObject expected, JsonObject actual) {
    if (expected.containsKey("error")) {
      JsonObject theirs = expected.getJsonObject("error");
      JsonObject ours = actual.getJsonObject("error", new JsonObject());
      if (!theirs.getInteger("code").equals(ours.getInteger("code"))
          || !Objects.equals(theirs.getValue("data"), ours.getValue("data"))
          || (theirs.getInteger("code") != -32603
              && !withOurIds(theirs.getString("message")).equals(ours.getString("message")))) {
        differences.add(request + "\n  theirs " + expected + "\n  ours   " + actual);
      }
      return;
    }
    String theirs = shape(expected.getValue("result"));
    String ours = shape(actual.getValue("result"));
    if (!theirs.equals(ours)) {
      differences.add(
          "%s%n  theirs %s%n  ours   %s%n  %s%n  %s"
              .formatted(request, theirs, ours, expected, actual));
    }
  }

  /** Kinds of values without the values; arrays by the shape of their elements. */
  private static String shape(Object value) {
    if (value instanceof JsonObject object) {
      StringBuilder shape = new StringBuilder("{");
      object.fieldNames().stream()
          .sorted()
          .forEach(
              name ->
                  shape.append(name).append(':').append(shape(object.getValue(name))).append(' '));
      return shape.append('}').toString();
    }
    if (value instanceof JsonArray array) {
      return array.stream()
          .filter(element -> !makesNothing(element))
          .map(TraceReplayTest::shape)
          .distinct()
          .sorted()
          .toList()
          .toString();
    }
    if (value instanceof String text) {
      return text.replaceFirst("^.*_kurento\\.", "reference to ").startsWith("reference")
          ? text.replaceFirst("^.*_kurento\\.", "reference to ")
          : "string";
    }
    return value instanceof Number ? "number" : String.valueOf(value);
  }

  /** A module that is there by its name only, for clients that ask which there are. */
  private static boolean makesNothing(Object value) {
    return value instanceof JsonObject module
        && module.getValue("factories") instanceof JsonArray factories
        && factories.isEmpty();
  }

  private record Line(double time, String socket, String direction, String text) {}

  private static List<Line> read(String trace) throws IOException {
    String resource = "/kurento-traces/" + trace + ".trace";
    try (InputStream in = TraceReplayTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(LINE::matcher)
          .filter(Matcher::matches)
          .map(m -> new Line(Double.parseDouble(m.group(1)), m.group(2), m.group(3), m.group(4)))
          .toList();
    }
  }
}

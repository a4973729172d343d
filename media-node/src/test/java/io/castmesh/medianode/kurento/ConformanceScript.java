package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client says and what a Kurento server answers, line by line:
 *
 * <pre>
 * name = Type {constructor parameters}
 * new Type {constructor parameters} -> error 40001 what it says
 * name.operation {parameters} -> value, or error, or any, or sdp with its kinds and directions
 * subscribe name Event
 * event Event {data without time and type}
 * call method {params} -> result without sessionId
 * </pre>
 *
 * {@code $name} stands for the id of what was made; arrays are compared without their order, and so
 * are events that wait. At the end no event may be left that nobody expected.
 */
final class ConformanceScript {
  private static final Pattern CREATE = Pattern.compile("(\\w+) = (\\S+) (\\{.*})");
  private static final Pattern REFUSED = Pattern.compile("new (\\S+) (\\{.*}) -> (.*)");
  private static final Pattern INVOKE = Pattern.compile("(\\w+)\\.(\\w+) (\\{.*?}) -> (.*)");
  private static final Pattern CALL = Pattern.compile("call (\\w+) (\\{.*?}) -> (.*)");
  private static final Pattern SUBSCRIBE = Pattern.compile("subscribe (\\w+) (\\w+)(?: -> (.*))?");
  private static final Pattern EVENT = Pattern.compile("event (\\w+) (\\{.*})");
  private static final Pattern SECTION =
      Pattern.compile("(?m)^m=(\\w+)|^a=(sendrecv|sendonly|recvonly|inactive)\\b");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private final RawSocket socket;

  /** Longest id first, so that what stands in a pipeline is found before the pipeline. */
  private final Map<String, String> names =
      new TreeMap<>(Comparator.comparing(String::length).reversed().thenComparing(id -> id));

  private final List<String> differences = new ArrayList<>();
  private String sessionId;
  private int lines;

  ConformanceScript(RawSocket socket) {
    this.socket = socket;
    names.put("manager_ServerManager", "manager");
  }

  /** Plays a script; fails with all that differs. */
  void play(String script) throws IOException {
    for (String line : read(script)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        lines++;
        play(script, line);
      }
    }
    for (JsonObject message : socket.received) {
      if ("onEvent".equals(message.getString("method"))) {
        differences.add("not expected: " + withNames(message.encode()));
      }
    }
    assertThat(differences).as("differences in %d lines of %s", lines, script).isEmpty();
  }

  private static List<String> read(String script) throws IOException {
    try (InputStream in =
        ConformanceScript.class.getResourceAsStream("/conformance/" + script + ".script")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private void play(String script, String line) {
    Matcher create = CREATE.matcher(line);
    Matcher refused = REFUSED.matcher(line);
    Matcher invoke = INVOKE.matcher(line);
    Matcher call = CALL.matcher(line);
    Matcher subscribe = SUBSCRIBE.matcher(line);
    Matcher event = EVENT.matcher(line);
    if (refused.matches()) {
      compare(line, refused.group(3), value(create(refused.group(1), refused.group(2))));
    } else if (create.matches()) {
      JsonObject reply = create(create.group(2), create.group(3));
      assertThat(reply.getJsonObject("error")).as("%s: %s", script, line).isNull();
      names.put(reply.getJsonObject("result").getString("value"), create.group(1));
    } else if (call.matches()) {
      JsonObject reply = request(call.group(1), withIds(call.group(2)));
      compare(line, call.group(3), result(reply));
    } else if (subscribe.matches()) {
      JsonObject reply =
          request(
              "subscribe",
              new JsonObject()
                  .put("object", id(subscribe.group(1)))
                  .put("type", subscribe.group(2)));
      compare(line, subscribe.group(3) == null ? "any" : subscribe.group(3), value(reply));
    } else if (event.matches()) {
      expectEvent(line, event.group(1), event.group(2));
    } else if (invoke.matches()) {
      JsonObject reply =
          request(
              "invoke",
              RawSocket.invocation(id(invoke.group(1)), invoke.group(2), withIds(invoke.group(3))));
      compare(line, invoke.group(4), value(reply));
    } else {
      throw new IllegalArgumentException(script + " has a line that is none: " + line);
    }
  }

  private JsonObject create(String type, String parameters) {
    return request(
        "create", new JsonObject().put("type", type).put("constructorParams", withIds(parameters)));
  }

  private JsonObject request(String method, JsonObject params) {
    boolean ours = !params.containsKey("sessionId");
    if (ours && sessionId != null) {
      params.put("sessionId", sessionId);
    }
    JsonObject reply = socket.call(method, params);
    if (ours && reply.getValue("result") instanceof JsonObject result) {
      sessionId = result.getString("sessionId", sessionId);
    }
    return reply;
  }

  private void expectEvent(String line, String type, String data) {
    Object expected = comparable(Json.decodeValue(data));
    Predicate<JsonObject> fits =
        message ->
            "onEvent".equals(message.getString("method"))
                && type.equals(RawSocket.eventOf(message).getString("type"))
                && expected.equals(
                    comparable(
                        withoutTime(
                            named(
                                RawSocket.eventOf(message).getJsonObject("data"),
                                JsonObject.class))));
    try {
      socket.received.remove(socket.await(line, fits));
    } catch (AssertionError missing) {
      differences.add("missing: " + line + "\n  " + withNames(missing.getMessage()));
    }
  }

  private static JsonObject withoutTime(JsonObject data) {
    assertThat(data.getString("timestampMillis")).matches("\\d{13}");
    data.remove("timestampMillis");
    data.remove("type");
    return data;
  }

  private void compare(String line, String expected, String actual) {
    if (expected.equals("any") && !actual.startsWith("error")) {
      return;
    }
    boolean description = expected.startsWith("sdp") && !actual.startsWith("error");
    if (description && expected.equals("sdp" + sections(actual))) {
      return;
    }
    boolean same =
        description
                || expected.startsWith("error")
                || actual.startsWith("error")
                || expected.equals("any")
            ? expected.equals(actual)
            : comparable(Json.decodeValue(expected)).equals(comparable(Json.decodeValue(actual)));
    if (!same) {
      differences.add(line + "\n  but " + actual);
    }
  }

  /** Kind and direction of each section of a description. */
  private static String sections(String json) {
    StringBuilder text = new StringBuilder();
    Matcher line = SECTION.matcher(String.valueOf(Json.decodeValue(json)));
    while (line.find()) {
      text.append(' ').append(line.group(line.group(1) == null ? 2 : 1));
    }
    return text.toString();
  }

  private String value(JsonObject reply) {
    return answer(reply, result -> result instanceof JsonObject o ? o.getValue("value") : result);
  }

  private String result(JsonObject reply) {
    return UUID.matcher(answer(reply, ConformanceScript::withoutSession)).replaceAll("UUID");
  }

  private static Object withoutSession(Object value) {
    if (value instanceof JsonObject object) {
      JsonObject rest = new JsonObject();
      object.stream()
          .filter(entry -> !entry.getKey().equals("sessionId"))
          .forEach(entry -> rest.put(entry.getKey(), withoutSession(entry.getValue())));
      return rest;
    }
    if (value instanceof JsonArray array) {
      return new JsonArray(array.stream().map(ConformanceScript::withoutSession).toList());
    }
    return value;
  }

  private String answer(JsonObject reply, java.util.function.UnaryOperator<Object> part) {
    JsonObject error = reply.getJsonObject("error");
    return error != null
        ? withNames("error " + error.getInteger("code") + " " + error.getString("message"))
        : withNames(Json.encode(part.apply(reply.getValue("result"))));
  }

  private JsonObject withIds(String json) {
    String text = json;
    for (Map.Entry<String, String> name : names.entrySet()) {
      text = text.replaceAll("\\$" + name.getValue() + "\\b", name.getKey());
    }
    return new JsonObject(text);
  }

  private String withNames(String text) {
    String result = text;
    for (Map.Entry<String, String> name : names.entrySet()) {
      result = result.replace(name.getKey(), "$" + name.getValue());
    }
    return result;
  }

  private <V> V named(Object value, Class<V> type) {
    return type.cast(Json.decodeValue(withNames(Json.encode(value))));
  }

  private String id(String name) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No " + name + " in this script"))
        .getKey();
  }

  /** Fields and elements in an order of their own; whole numbers alike however they are written. */
  private static Object comparable(Object value) {
    if (value instanceof JsonObject object) {
      TreeMap<String, Object> fields = new TreeMap<>();
      object.forEach(entry -> fields.put(entry.getKey(), comparable(entry.getValue())));
      return fields;
    }
    if (value instanceof JsonArray array) {
      return array.stream()
          .map(ConformanceScript::comparable)
          .sorted(Comparator.comparing(String::valueOf))
          .toList();
    }
    return value instanceof Number number ? number.doubleValue() : String.valueOf(value);
  }
}

package io.castmesh.gateway.rpc;

import io.castmesh.contract.Calls;
import io.castmesh.contract.Failure;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.gateway.session.Session;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.Json;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The methods that a signed-in client may call: one line each, from parameters (checked with {@code
 * openrpc.json} beforehand) to the question for the service that owns the state. To add a method,
 * describe it in {@code openrpc.json} and add its line here.
 */
public final class RpcMethods {
  /** How many people {@code presence.watch} of everyone lists at most. */
  private static final int PEOPLE = 500;

  /** A method's answer is sent as JSON. */
  private record Method(
      JsonSchemas.Check check, BiFunction<Session, JsonObject, Future<?>> handler) {}

  private final Map<String, Method> methods = new HashMap<>();
  private final Map<String, JsonSchemas.Check> checks = new HashMap<>();
  private final Set<String> speaking = new HashSet<>();
  private final Bus bus;

  public RpcMethods(JsonSchemas openRpc, Bus bus) {
    this.bus = bus;
    JsonArray described = openRpc.document().getJsonArray("methods");
    for (int i = 0; i < described.size(); i++) {
      JsonObject method = described.getJsonObject(i);
      checks.put(method.getString("name"), openRpc.check(paramsSchema(method)));
      if (method.getBoolean("x-speaks", false)) {
        speaking.add(method.getString("name"));
      }
    }
    add("session.ping", (s, p) -> Future.succeededFuture(Map.of("time", Instant.now())));
    add(
        "live.publish",
        (s, p) ->
            bus.ask(
                Media.PUBLISH,
                new Media.Publish(
                    s.caller(),
                    p.getString("sdpOffer"),
                    p.getString("title"),
                    p.getBoolean("record", true))));
    add(
        "live.view",
        (s, p) ->
            bus.ask(
                Media.VIEW,
                new Media.View(s.caller(), p.getString("liveId"), p.getString("sdpOffer"))));
    add("live.stop", (s, p) -> bus.ask(Media.STOP, ofLive(s, p)));
    add("live.leave", (s, p) -> bus.ask(Media.LEAVE, ofLive(s, p)));
    add(
        "media.candidate",
        (s, p) ->
            bus.ask(
                Media.CANDIDATE,
                new Media.AddCandidate(
                    s.caller(),
                    p.getString("mediaId"),
                    Json.read(p.getJsonObject("candidate").getMap(), Media.Candidate.class))));
    add(
        "media.restart",
        (s, p) ->
            bus.ask(
                Media.RESTART,
                new Media.Restart(s.caller(), p.getString("mediaId"), p.getString("sdpOffer"))));
    add("media.list", (s, p) -> bus.ask(Media.LIST, new Media.Mine(s.caller())));
    add(
        "call.invite",
        (s, p) ->
            bus.ask(
                Calls.INVITE,
                new Calls.Invite(s.caller(), p.getString("to"), p.getBoolean("video", true))));
    add("call.accept", (s, p) -> bus.ask(Calls.ACCEPT, ofCall(s, p)));
    add("call.reject", (s, p) -> bus.ask(Calls.REJECT, ofCall(s, p)));
    add("call.cancel", (s, p) -> bus.ask(Calls.CANCEL, ofCall(s, p)));
    add("call.hangup", (s, p) -> bus.ask(Calls.HANGUP, ofCall(s, p)));
    add(
        "call.connect",
        (s, p) ->
            bus.ask(
                Calls.CONNECT,
                new Calls.Connect(s.caller(), p.getString("callId"), p.getString("sdpOffer"))));
    add("call.list", (s, p) -> bus.ask(Calls.LIST, new Calls.OfSession(s.caller())));
    new RoomMethods(bus).addTo(this::add);
    add("presence.watch", this::watchPresence);
  }

  /** The names of all methods, {@code session.authenticate} included. */
  public Set<String> names() {
    return checks.keySet();
  }

  /** Whether others see, hear or read what comes of it: then not for who is muted. */
  public boolean speaks(String name) {
    return speaking.contains(name);
  }

  /**
   * Answers a request of a signed-in client.
   *
   * @return the result, or a failure of the catalogue
   */
  public Future<?> call(Session session, String name, JsonObject params) {
    Method method = methods.get(name);
    if (method == null) {
      return Future.failedFuture(
          (checks.containsKey(name) ? Failure.INVALID_REQUEST : Failure.METHOD_NOT_FOUND)
              .exception());
    }
    String problem = method.check().problem(params);
    return problem == null
        ? method.handler().apply(session, params)
        : Future.failedFuture(Failure.INVALID_PARAMS.exception(problem));
  }

  /** What is wrong with the parameters of a method that is handled elsewhere, or null. */
  public String problem(String name, JsonObject params) {
    return checks.get(name).problem(params);
  }

  private void add(String name, BiFunction<Session, JsonObject, Future<?>> handler) {
    JsonSchemas.Check check = checks.get(name);
    if (check == null) {
      throw new IllegalStateException("openrpc.json does not describe " + name);
    }
    methods.put(name, new Method(check, handler));
  }

  private Future<?> watchPresence(Session session, JsonObject params) {
    boolean everyone = params.getBoolean("everyone", false);
    List<String> users =
        params.getJsonArray("users", new JsonArray()).stream().map(String::valueOf).toList();
    if (everyone ? !users.isEmpty() : !params.containsKey("users")) {
      return Future.failedFuture(
          Failure.INVALID_PARAMS.exception("give users or everyone, and not both"));
    }
    session.watch(everyone, users.stream().collect(Collectors.toUnmodifiableSet()));
    if (!everyone && users.isEmpty()) {
      return Future.succeededFuture(new Presence.People(List.of(), 0));
    }
    return bus.ask(
        Presence.LIST,
        everyone
            ? new Presence.ListQuery(null, PEOPLE)
            : new Presence.ListQuery(users, users.size()));
  }

  private static Media.OfLive ofLive(Session session, JsonObject params) {
    return new Media.OfLive(session.caller(), params.getString("liveId"));
  }

  private static Calls.OfCall ofCall(Session session, JsonObject params) {
    return new Calls.OfCall(
        session.caller(), params.getString("callId"), params.getString("reason"));
  }

  private static JsonObject paramsSchema(JsonObject method) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    JsonArray params = method.getJsonArray("params");
    for (int i = 0; i < params.size(); i++) {
      JsonObject param = params.getJsonObject(i);
      properties.put(param.getString("name"), param.getJsonObject("schema"));
      if (param.getBoolean("required", false)) {
        required.add(param.getString("name"));
      }
    }
    return new JsonObject()
        .put("type", "object")
        .put("properties", properties)
        .put("required", required);
  }
}

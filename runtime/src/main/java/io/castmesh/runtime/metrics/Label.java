package io.castmesh.runtime.metrics;

import io.castmesh.contract.Failure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A label and the values that it may have. A value from outside of a closed set becomes {@link
 * #OTHER}, so that no mistake can make the number of time series grow.
 */
public enum Label {
  ENDPOINT("endpoint", "the address of an endpoint of the contract, without its node"),
  TOPIC("topic", "the address of a topic of the contract, without its node"),
  METHOD("method", "a method of openrpc.json, or unknown"),
  EVENT("event", "an event of openrpc.json"),
  ROUTE("route", "a path of openapi.json, /sockjs/*, or /* for everything else"),
  VERSION("version", "the version of castmesh that runs"),

  OUTCOME("outcome", "ok, or the name of a failure of openrpc.json in small letters", outcomes()),
  HTTP_METHOD("method", List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
  STATUS(
      "status",
      List.of(
          "200", "201", "202", "204", "206", "301", "302", "304", "400", "401", "403", "404", "405",
          "409", "413", "415", "416", "429", "500", "502", "503", "504")),
  CLOSE_REASON(
      "reason",
      List.of(
          "not_authenticated",
          "forbidden",
          "heartbeat_missed",
          "replaced",
          "kicked",
          "banned",
          "message_too_large",
          "too_many_requests",
          "slow_consumer",
          "draining")),
  DROP_REASON("reason", List.of("stranger", "forged", "limit", "unsent", "slow", "other")),
  TCP_REASON("reason", List.of("full", "unproven")),
  CONTROL("what", List.of("sockets", "sessions", "objects")),
  REFUSAL(
      "reason",
      List.of(
          "sockets", "sessions", "objects", "subscriptions", "origin", "slow", "large", "broken")),
  RESUMED("outcome", List.of("complete", "incomplete", "lost")),
  SERVICE("service", List.of("gateway", "room", "media", "call", "vod", "standalone")),
  STATE("state", List.of("starting", "running", "draining", "stopped")),
  HOW_LOST("how", List.of("silent", "died", "drained")),
  STORE("store", List.of("mysql", "redis")),
  SUCCESS("outcome", List.of("ok", "failed")),
  HOW_TOLD("how", List.of("name", "count")),
  CALL_END(
      "reason",
      List.of(
          "hangup",
          "rejected",
          "cancelled",
          "timeout",
          "busy",
          "failed",
          "answered_elsewhere",
          "moderated")),
  SERVER_STATE("state", List.of("up", "draining", "down")),
  ADOPTED("what", List.of("live", "call")),
  RECORDING_END("outcome", List.of("registered", "short", "broken", "missing")),
  DIRECTION("direction", List.of("received", "sent"));

  /** In place of a value that nobody has thought of. */
  public static final String OTHER = "other";

  private final String key;
  private final String meaning;
  private final List<String> values;

  Label(String key, String meaning) {
    this(key, meaning, List.of());
  }

  Label(String key, List<String> values) {
    this(key, "", values);
  }

  Label(String key, String meaning, List<String> values) {
    this.key = key;
    this.meaning = meaning;
    this.values = values;
  }

  public String key() {
    return key;
  }

  /** What its values are, for a reader; empty when they speak for themselves. */
  public String meaning() {
    return meaning;
  }

  /** All values; empty when documents of the contract say which there are. */
  public List<String> allowed() {
    return values;
  }

  String value(String wanted) {
    return values.isEmpty() || values.contains(wanted) ? wanted : OTHER;
  }

  private static List<String> outcomes() {
    return Stream.concat(
            Stream.of("ok"),
            Arrays.stream(Failure.values()).map(failure -> failure.name().toLowerCase(Locale.ROOT)))
        .toList();
  }
}

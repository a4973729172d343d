package io.castmesh.gateway.rpc;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.bus.Json;
import io.vertx.core.json.JsonObject;

/** The shapes of JSON-RPC 2.0 replies. */
public final class RpcFrames {
  private RpcFrames() {}

  /**
   * @param id as the client sent it: text or a number
   */
  public static String result(Object id, Object result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + Json.text(id)
        + ",\"result\":"
        + Json.text(result)
        + "}";
  }

  /**
   * @param id null when it could not be read
   * @param trace by which operators find the request; null when it was none
   */
  public static String error(Object id, FailureException failure, String trace) {
    Failure kind = failure.failure();
    JsonObject data = new JsonObject().put("name", kind.name()).put("retryable", kind.retryable());
    failure.details().ifPresent(details -> data.put("details", details));
    if (trace != null) {
      data.put("trace", trace);
    }
    failure.facts().forEach(data::put);
    return new JsonObject()
        .put("jsonrpc", "2.0")
        .put("id", id)
        .put(
            "error",
            new JsonObject()
                .put("code", kind.code())
                .put("message", kind.message())
                .put("data", data))
        .encode();
  }
}

package io.castmesh.medianode.kurento.rpc;

import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.KurentoException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replies as a Kurento server writes them. */
final class Replies {
  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private Replies() {}

  static JsonObject result(Object id, Object result) {
    return envelope(id).put("result", result);
  }

  static JsonObject invalidRequest() {
    return error(null, RpcException.INVALID_REQUEST, "Invalid JSON-RPC request.", null);
  }

  /** What a client is told of a failure; only faults of ours are logged. */
  static JsonObject failure(Object id, Throwable cause) {
    if (cause instanceof KurentoException known) {
      KurentoError error = known.error();
      return error(
          id, error.code(), known.getMessage(), new JsonObject().put("type", error.name()));
    }
    if (cause instanceof RpcException known) {
      return error(id, known.code(), known.getMessage(), known.data());
    }
    if (cause instanceof TimeoutException) {
      KurentoError error = KurentoError.UNEXPECTED_ERROR;
      return error(
          id,
          error.code(),
          "The operation did not complete in time",
          new JsonObject().put("type", error.name()));
    }
    log.error("A request failed unexpectedly", cause);
    return error(id, RpcException.INTERNAL_ERROR, "Unexpected error while processing method", null);
  }

  private static JsonObject error(Object id, int code, String message, JsonObject data) {
    JsonObject error = new JsonObject().put("code", code).put("message", message);
    if (data != null) {
      error.put("data", data);
    }
    return envelope(id).put("error", error);
  }

  private static JsonObject envelope(Object id) {
    return new JsonObject().put("id", id).put("jsonrpc", "2.0");
  }
}

package io.castmesh.medianode.kurento.rpc;

import io.vertx.core.json.JsonObject;

/** An error of the JSON-RPC layer, with the numbers that a Kurento server uses. */
final class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;
  static final int SERVER_ERROR = -32000;

  private final int code;
  private final transient JsonObject data;

  RpcException(int code, String message, JsonObject data) {
    // No stack trace: these are answers to clients, not faults of ours.
    super(message, null, false, false);
    this.code = code;
    this.data = data;
  }

  static RpcException paramsRequired() {
    return new RpcException(
        INVALID_PARAMS, "'params' is required", new JsonObject().put("type", "INVALID_PARAMS"));
  }

  int code() {
    return code;
  }

  JsonObject data() {
    return data;
  }
}

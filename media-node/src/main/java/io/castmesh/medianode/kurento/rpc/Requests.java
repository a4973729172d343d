package io.castmesh.medianode.kurento.rpc;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Reads parameters of requests; what cannot be read fails as on a Kurento server, with -32000. */
final class Requests {
  private Requests() {}

  static String string(JsonObject params, String name) {
    Object value = required(params, name);
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw wrong(name, "a string");
  }

  static String optionalString(JsonObject params, String name) {
    Object value = params.getValue(name);
    return value instanceof String || value instanceof Number ? value.toString() : null;
  }

  static JsonArray array(JsonObject params, String name) {
    if (required(params, name) instanceof JsonArray array) {
      return array;
    }
    throw wrong(name, "an array");
  }

  /** The object of that name, or null: a value of another kind counts as none. */
  static JsonObject optionalObject(JsonObject params, String name) {
    return params.getValue(name) instanceof JsonObject object ? object : null;
  }

  private static Object required(JsonObject params, String name) {
    Object value = params.getValue(name);
    if (value == null) {
      throw new RpcException(
          RpcException.SERVER_ERROR, "'" + name + "' parameter is required", null);
    }
    return value;
  }

  private static RpcException wrong(String name, String kind) {
    return new RpcException(
        RpcException.SERVER_ERROR, "'" + name + "' parameter should be " + kind, null);
  }
}

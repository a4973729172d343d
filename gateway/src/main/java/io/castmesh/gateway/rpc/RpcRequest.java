package io.castmesh.gateway.rpc;

import io.castmesh.contract.Failure;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/**
 * A JSON-RPC 2.0 request or notification of a client.
 *
 * @param id text or a number; null for a notification, which is not answered
 * @param traceparent the client's trace, as it was sent, or null
 */
public record RpcRequest(Object id, String method, JsonObject params, String traceparent) {

  public boolean notification() {
    return id == null;
  }

  /**
   * Reads a message.
   *
   * @throws io.castmesh.contract.FailureException PARSE_ERROR, INVALID_MESSAGE or INVALID_PARAMS
   */
  public static RpcRequest parse(String text) {
    Object value;
    try {
      value = Json.decodeValue(text);
    } catch (DecodeException e) {
      throw Failure.PARSE_ERROR.exception();
    }
    if (!(value instanceof JsonObject message)) {
      throw Failure.INVALID_MESSAGE.exception("send one object for each message");
    }
    Object id = message.getValue("id");
    Object method = message.getValue("method");
    Object params = message.getValue("params");
    if (!"2.0".equals(message.getValue("jsonrpc"))
        || !(method instanceof String name)
        || !(id == null || id instanceof String || id instanceof Number)) {
      throw Failure.INVALID_MESSAGE.exception();
    }
    if (params != null && !(params instanceof JsonObject)) {
      throw new BadParams(id);
    }
    return new RpcRequest(
        id,
        name,
        params == null ? new JsonObject() : (JsonObject) params,
        message.getValue(Trace.HEADER) instanceof String trace ? trace : null);
  }

  /** The parameters are no object; the id is known, so the answer can name it. */
  public static final class BadParams extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Object id;

    BadParams(Object id) {
      super("params", null, false, false);
      this.id = id;
    }

    public Object id() {
      return id;
    }
  }
}

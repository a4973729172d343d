package io.castmesh.medianode.kurento.rpc;

import io.castmesh.medianode.kurento.object.KurentoError;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * Several requests in one, run in order. A later one names the result of an earlier one as
 * "newref:N". It stops at the first error; what was done before stays done.
 */
final class Transactions {
  private static final String NEW_REF = "newref:";
  private static final int MAX_OPERATIONS = 1_000;

  private final RequestProcessor processor;

  Transactions(RequestProcessor processor) {
    this.processor = processor;
  }

  /** The replies so far, the last of which may be an error. */
  Future<JsonArray> run(String sessionId, JsonArray operations) {
    if (operations.size() > MAX_OPERATIONS) {
      throw KurentoError.NOT_ENOUGH_RESOURCES.with("Too many operations in one transaction");
    }
    return step(sessionId, operations, new JsonArray());
  }

  private Future<JsonArray> step(String sessionId, JsonArray operations, JsonArray replies) {
    int index = replies.size();
    if (index == operations.size()) {
      return Future.succeededFuture(replies);
    }
    JsonObject request;
    try {
      request = prepared(sessionId, operations.getValue(index), index, replies);
    } catch (RuntimeException malformed) {
      return Future.failedFuture(malformed);
    }
    return processor
        .execute(request)
        .compose(
            reply -> {
              JsonObject own = reply == null ? new JsonObject() : reply.copy();
              replies.add(own.put("id", index));
              return own.containsKey("error")
                  ? Future.succeededFuture(replies)
                  : step(sessionId, operations, replies);
            });
  }

  private static JsonObject prepared(
      String sessionId, Object operation, int index, JsonArray replies) {
    if (!(operation instanceof JsonObject request)
        || !(request.getValue("id") instanceof Number id)
        || id.intValue() != index) {
      throw KurentoError.MALFORMED_TRANSACTION.with(
          "Id of request '" + index + "' should be '" + index + "'");
    }
    Object given = request.getValue("params");
    JsonObject params =
        given instanceof JsonObject object
            ? (JsonObject) withReferences(object, replies)
            : new JsonObject();
    return request.copy().put("params", params.put("sessionId", sessionId));
  }

  private static Object withReferences(Object value, JsonArray replies) {
    if (value instanceof JsonObject object) {
      JsonObject resolved = new JsonObject();
      for (Map.Entry<String, Object> entry : object) {
        resolved.put(entry.getKey(), withReferences(entry.getValue(), replies));
      }
      return resolved;
    }
    if (value instanceof JsonArray array) {
      JsonArray resolved = new JsonArray();
      array.forEach(element -> resolved.add(withReferences(element, replies)));
      return resolved;
    }
    if (value instanceof String text && text.startsWith(NEW_REF)) {
      return reference(text.substring(NEW_REF.length()), replies);
    }
    return value;
  }

  private static Object reference(String index, JsonArray replies) {
    int number;
    try {
      number = Integer.parseInt(index);
    } catch (NumberFormatException invalid) {
      throw KurentoError.MALFORMED_TRANSACTION.with("Invalid index of newref '" + index + "'");
    }
    if (number < 0
        || number >= replies.size()
        || !(replies.getJsonObject(number).getValue("result") instanceof JsonObject result)) {
      throw KurentoError.MALFORMED_TRANSACTION.with("Result not found on request " + number);
    }
    return result.getValue("value");
  }
}

package io.castmesh.medianode.kurento.rpc;

import io.castmesh.medianode.kurento.object.KurentoError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
    Promise<JsonArray> done = Promise.promise();
    proceed(sessionId, operations, new JsonArray(), done);
    return done.future();
  }

  /** In a loop while answers come at once: a thousand calls in each other are too deep. */
  private void proceed(
      String sessionId, JsonArray operations, JsonArray replies, Promise<JsonArray> done) {
    boolean goesOn = true;
    while (goesOn && replies.size() < operations.size()) {
      int index = replies.size();
      Future<JsonObject> answer;
      try {
        JsonObject request = prepared(sessionId, operations.getValue(index), index, replies);
        answer = processor.execute(request);
      } catch (RuntimeException malformed) {
        done.fail(malformed);
        return;
      }
      if (!answer.succeeded()) {
        answer
            .onSuccess(
                later -> {
                  if (add(later, replies)) {
                    proceed(sessionId, operations, replies, done);
                  } else {
                    done.complete(replies);
                  }
                })
            .onFailure(done::fail);
        return;
      }
      goesOn = add(answer.result(), replies);
    }
    done.complete(replies);
  }

  /** Returns whether it was no error. */
  private static boolean add(JsonObject reply, JsonArray replies) {
    JsonObject own = reply == null ? new JsonObject() : reply.copy();
    replies.add(own.put("id", replies.size()));
    return !own.containsKey("error");
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

package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.kurento.object.Params;
import io.castmesh.medianode.kurento.object.Values;
import io.vertx.core.json.JsonObject;

/**
 * Parameters of a Kurento server's own bandwidth estimate. This node has another one, so that they
 * are kept for the client and have no effect. Empty until they are set, then with that server's
 * defaults for what was not. Kurento: {@code RembParams}.
 */
final class RembParams {
  private static final String[] INTEGERS = {
    "packetsRecvIntervalTop", "linealFactorMin", "upLosses", "rembOnConnect"
  };
  private static final String[] FLOATS = {
    "exponentialFactor", "linealFactorGrade", "decrementFactor", "thresholdFactor"
  };

  private JsonObject values;

  Object set(JsonObject given) {
    Params params = Params.properties(given);
    JsonObject now = values == null ? defaults() : values.copy();
    for (String name : INTEGERS) {
      params.optionalInteger(name).ifPresent(value -> now.put(name, value));
    }
    for (String name : FLOATS) {
      // Single precision, as that server keeps them.
      params.optionalDouble(name).ifPresent(value -> now.put(name, (double) value.floatValue()));
    }
    values = now;
    return null;
  }

  JsonObject get() {
    JsonObject result = Values.typed("RembParams");
    return values == null ? result : result.mergeIn(values);
  }

  private static JsonObject defaults() {
    return new JsonObject()
        .put("packetsRecvIntervalTop", 100)
        .put("exponentialFactor", (double) 0.04f)
        .put("linealFactorMin", 100)
        .put("linealFactorGrade", 30.0)
        .put("decrementFactor", 0.5)
        .put("thresholdFactor", (double) 0.8f)
        .put("upLosses", 12)
        .put("rembOnConnect", 300_000);
  }
}

package io.castmesh.medianode.kurento.object;

import io.vertx.core.json.JsonObject;

/** Complex values as Kurento writes them: with the names of their module and type. */
public final class Values {
  private Values() {}

  public static JsonObject typed(String type) {
    return new JsonObject().put("__module__", "kurento").put("__type__", type);
  }
}

package io.castmesh.medianode.kurento.object;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;

/**
 * The parameters of one operation or constructor. Values are read leniently, as a Kurento server
 * reads them (a number where a string is due); what cannot be read fails with MARSHALL_ERROR.
 */
public final class Params {
  private final String container;
  private final JsonObject values;

  /**
   * @param container "operationParams" or "constructorParams", for messages
   * @param values null when the request has none
   */
  public Params(String container, JsonObject values) {
    this.container = container;
    this.values = values;
  }

  public int size() {
    return values == null ? 0 : values.size();
  }

  public String string(String name) {
    return optionalString(name).orElseThrow(() -> missing(name, "string"));
  }

  public Optional<String> optionalString(String name) {
    Object value = optional(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return Optional.of(value.toString());
    }
    throw wrong(name, "string");
  }

  public int integer(String name) {
    Object value = optional(name);
    if (value == null) {
      throw missing(name, "integer");
    }
    if (value instanceof Number number && number.doubleValue() == number.intValue()) {
      return number.intValue();
    }
    throw wrong(name, "integer");
  }

  public boolean bool(String name) {
    return optionalBool(name).orElseThrow(() -> missing(name, "boolean"));
  }

  public Optional<Boolean> optionalBool(String name) {
    Object value = optional(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean bool) {
      return Optional.of(bool);
    }
    throw wrong(name, "boolean");
  }

  public JsonObject object(String name) {
    Object value = optional(name);
    if (value == null) {
      throw missing(name, "object");
    }
    if (value instanceof JsonObject object) {
      return object;
    }
    throw wrong(name, "object");
  }

  public <E extends Enum<E>> Optional<E> optionalEnum(String name, Class<E> type) {
    return optionalString(name).map(value -> enumValue(name, value, type));
  }

  public <E extends Enum<E>> E enumeration(String name, Class<E> type) {
    return enumValue(name, string(name), type);
  }

  private static <E extends Enum<E>> E enumValue(String name, String value, Class<E> type) {
    try {
      return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw KurentoError.MARSHALL_ERROR.with(
          "'" + name + "' parameter should be a " + type.getSimpleName());
    }
  }

  private Object optional(String name) {
    return values == null ? null : values.getValue(name);
  }

  private KurentoException missing(String name, String kind) {
    if (values == null) {
      return KurentoError.MARSHALL_ERROR.with("'" + container + "' is required");
    }
    return wrong(name, kind);
  }

  private static KurentoException wrong(String name, String kind) {
    return KurentoError.MARSHALL_ERROR.with("'" + name + "' parameter should be a " + kind);
  }
}

package io.castmesh.medianode.kurento.object;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of one operation or constructor, or the properties of a complex value in them.
 * Values are read leniently, as a Kurento server reads them (a number where a string or a boolean
 * is due); what cannot be read fails with MARSHALL_ERROR in that server's words.
 */
public final class Params {
  private final String container;
  private final String noun;
  private final JsonObject values;

  /**
   * @param container "operationParams" or "constructorParams", for messages
   * @param values null when the request has none
   */
  public Params(String container, JsonObject values) {
    this(container, "parameter", values);
  }

  private Params(String container, String noun, JsonObject values) {
    this.container = container;
    this.noun = noun;
    this.values = values;
  }

  /** The properties of a complex value. */
  public static Params properties(JsonObject value) {
    return new Params("value", "property", value);
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
    if (value instanceof Number number
        && number.doubleValue() >= Integer.MIN_VALUE
        && number.doubleValue() <= Integer.MAX_VALUE) {
      return number.intValue(); // a fraction is cut off
    }
    throw wrong(name, "integer");
  }

  public Optional<Integer> optionalInteger(String name) {
    return optional(name) == null ? Optional.empty() : Optional.of(integer(name));
  }

  public Optional<Double> optionalDouble(String name) {
    Object value = optional(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Number number) {
      return Optional.of(number.doubleValue());
    }
    throw wrong(name, "double");
  }

  public long longInteger(String name) {
    if (optional(name) instanceof Number number) {
      return number.longValue();
    }
    throw wrong(name, "int64");
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
    if (value instanceof Number number) {
      return Optional.of(number.doubleValue() != 0);
    }
    throw wrong(name, "boolean");
  }

  public JsonObject object(String name) {
    return optionalObject(name).orElseThrow(() -> missing(name, "object"));
  }

  public Optional<JsonObject> optionalObject(String name) {
    Object value = optional(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof JsonObject object) {
      return Optional.of(object);
    }
    throw wrong(name, "object");
  }

  public <E extends Enum<E>> Optional<E> optionalEnum(String name, Class<E> type) {
    return optionalString(name).map(value -> enumValue(value, type));
  }

  public <E extends Enum<E>> E enumeration(String name, Class<E> type) {
    return enumValue(string(name), type);
  }

  /** A string that is one of these names of a Kurento enumeration. */
  public Optional<String> optionalName(String name, String enumeration, Set<String> names) {
    Optional<String> value = optionalString(name);
    if (value.isPresent() && !names.contains(value.get())) {
      throw invalidValue(enumeration);
    }
    return value;
  }

  private static <E extends Enum<E>> E enumValue(String value, Class<E> type) {
    try {
      return Enum.valueOf(type, value);
    } catch (IllegalArgumentException unknown) {
      throw invalidValue(type.getSimpleName());
    }
  }

  private static KurentoException invalidValue(String enumeration) {
    return KurentoError.MARSHALL_ERROR.with("Invalid value for '" + enumeration + "'");
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

  private KurentoException wrong(String name, String kind) {
    return KurentoError.MARSHALL_ERROR.with("'" + name + "' " + noun + " should be a " + kind);
  }
}

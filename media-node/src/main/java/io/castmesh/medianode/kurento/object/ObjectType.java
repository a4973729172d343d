package io.castmesh.medianode.kurento.object;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What objects of one type can do: a table from operation names to functions, and the events that
 * they raise. Types inherit from each other as in Kurento's module descriptions ({@code
 * *.kmd.json}). Immutable once built.
 */
public final class ObjectType {

  /** Makes an object of a type from its constructor parameters. */
  public interface Factory {
    MediaObject create(ObjectHost host, Params params);
  }

  /** One operation, bound to the class of objects that have it. */
  public interface Operation {
    Future<?> invoke(MediaObject target, Params params);
  }

  private final String name;
  private final String module;
  private final ObjectType parent;
  private final Factory factory;
  private final Map<String, Operation> operations;
  private final Set<String> events;

  private ObjectType(Builder<?> builder, Factory factory) {
    this.name = builder.name;
    this.module = builder.module;
    this.parent = builder.parent;
    this.factory = factory;
    this.operations = Map.copyOf(builder.operations);
    this.events = Set.copyOf(builder.events);
  }

  public String name() {
    return name;
  }

  /** The module description that it belongs to: "core" or "elements". */
  public String module() {
    return module;
  }

  /** As clients may also name it: "kurento.WebRtcEndpoint". */
  public String qualifiedName() {
    return "kurento." + name;
  }

  /** Empty for types that only others extend, and for the server manager. */
  public Optional<Factory> factory() {
    return Optional.ofNullable(factory);
  }

  /** Its own operation of that name or the nearest inherited one. */
  public Optional<Operation> operation(String operationName) {
    for (ObjectType type = this; type != null; type = type.parent) {
      Operation operation = type.operations.get(operationName);
      if (operation != null) {
        return Optional.of(operation);
      }
    }
    return Optional.empty();
  }

  public boolean raises(String event) {
    for (ObjectType type = this; type != null; type = type.parent) {
      if (type.events.contains(event)) {
        return true;
      }
    }
    return false;
  }

  /** Qualified names of the types it extends, nearest first. */
  public List<String> hierarchy() {
    List<String> names = new ArrayList<>();
    for (ObjectType type = parent; type != null; type = type.parent) {
      names.add(type.qualifiedName());
    }
    return names;
  }

  public Optional<ObjectType> parent() {
    return Optional.ofNullable(parent);
  }

  public Set<String> ownOperations() {
    return operations.keySet();
  }

  public Set<String> ownEvents() {
    return events;
  }

  /** Starts the table of a type whose objects are of class {@code T}. */
  public static <T extends MediaObject> Builder<T> named(
      String name, String module, Class<T> objectClass) {
    return new Builder<>(name, module, objectClass);
  }

  /** The kinds of values that plain properties have. */
  public enum PropertyKind {
    STRING,
    INTEGER,
    BOOLEAN
  }

  /** Collects the operations and events of a type. */
  public static final class Builder<T extends MediaObject> {
    private final String name;
    private final String module;
    private final Class<T> objectClass;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final Set<String> events = new LinkedHashSet<>();
    private ObjectType parent;

    private Builder(String name, String module, Class<T> objectClass) {
      this.name = name;
      this.module = module;
      this.objectClass = objectClass;
    }

    public Builder<T> extending(ObjectType type) {
      this.parent = type;
      return this;
    }

    /** An operation that is answered at once; {@code null} is void. */
    public Builder<T> on(String operation, BiFunction<T, Params, Object> body) {
      return onAsync(
          operation, (target, params) -> Future.succeededFuture(body.apply(target, params)));
    }

    /** An operation that is answered later. */
    public Builder<T> onAsync(String operation, BiFunction<T, Params, Future<?>> body) {
      operations.put(operation, (target, params) -> body.apply(objectClass.cast(target), params));
      return this;
    }

    /** A value that clients set and get and that this node only keeps for them. */
    public Builder<T> property(String property, PropertyKind kind, Object initial) {
      return property(property, kind, initial, (target, value) -> value);
    }

    /**
     * The same with a say in what is kept: a Kurento server corrects or ignores what is out of
     * bounds, and answers nothing about it.
     *
     * @param corrected what to keep for a value; null keeps what is there
     */
    public Builder<T> property(
        String property,
        PropertyKind kind,
        Object initial,
        BiFunction<T, Object, Object> corrected) {
      String suffix = property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
      on("get" + suffix, (target, params) -> target.property(property, initial));
      on(
          "set" + suffix,
          (target, params) -> {
            Object value =
                corrected.apply(
                    target,
                    switch (kind) {
                      case STRING -> params.string(property);
                      case INTEGER -> params.integer(property);
                      case BOOLEAN -> params.bool(property);
                    });
            if (value != null) {
              target.setProperty(property, value);
            }
            return null;
          });
      return this;
    }

    public Builder<T> events(String... names) {
      events.addAll(List.of(names));
      return this;
    }

    /** A type that only others extend. */
    public ObjectType build() {
      return new ObjectType(this, null);
    }

    /** A type that clients create. */
    public ObjectType createdBy(Factory factory) {
      return new ObjectType(this, factory);
    }
  }
}

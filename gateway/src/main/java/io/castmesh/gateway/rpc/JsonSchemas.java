package io.castmesh.gateway.rpc;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Validates input with the schemas of a published document, so that what the document says is what
 * the gateway accepts.
 */
public final class JsonSchemas {
  private static final String PREFIX = "#/components/schemas/";
  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("https://castmesh.io")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private final JsonObject document;
  private final JsonObject shared;

  private JsonSchemas(JsonObject document) {
    this.document = document;
    this.shared = document.getJsonObject("components").getJsonObject("schemas");
  }

  /** Reads a document from the class path. */
  public static JsonSchemas load(String resource) {
    try (InputStream in = JsonSchemas.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing");
      }
      return new JsonSchemas(new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException(resource, e);
    }
  }

  public JsonObject document() {
    return document;
  }

  /** A check made of a schema that may refer to the document's shared ones. */
  public Check check(JsonObject schema) {
    JsonObject whole = inline(schema);
    Validator validator = Validator.create(JsonSchema.of(whole), OPTIONS);
    return value -> problem(validator.validate(value));
  }

  /** A check made of one of the document's shared schemas. */
  public Check check(String name) {
    return check(shared.getJsonObject(name));
  }

  /** Says what is wrong with a value, or null. */
  @FunctionalInterface
  public interface Check {
    String problem(JsonObject value);
  }

  private static String problem(OutputUnit output) {
    if (output.getValid()) {
      return null;
    }
    List<OutputUnit> errors = output.getErrors();
    if (errors == null || errors.isEmpty()) {
      return "does not fit the schema";
    }
    // The last unit is the innermost: it names the member that is wrong.
    OutputUnit inner = errors.get(errors.size() - 1);
    String where = inner.getInstanceLocation() == null ? "" : inner.getInstanceLocation();
    int hash = where.indexOf('#');
    String path = hash < 0 ? where : where.substring(hash + 1);
    return (path.isEmpty() || path.equals("/") ? "" : path + ": ") + inner.getError();
  }

  private JsonObject inline(JsonObject schema) {
    String ref = schema.getString("$ref");
    if (ref != null) {
      return inline(shared.getJsonObject(ref.substring(PREFIX.length())));
    }
    JsonObject copy = new JsonObject();
    schema.forEach(member -> copy.put(member.getKey(), inlineValue(member.getValue())));
    return copy;
  }

  private Object inlineValue(Object value) {
    if (value instanceof JsonObject object) {
      return inline(object);
    }
    if (value instanceof JsonArray array) {
      JsonArray copy = new JsonArray();
      array.forEach(item -> copy.add(inlineValue(item)));
      return copy;
    }
    return value;
  }
}

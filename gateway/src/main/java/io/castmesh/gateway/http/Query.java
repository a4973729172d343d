package io.castmesh.gateway.http;

import io.castmesh.contract.Failure;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Reads query parameters; what does not fit is {@link Failure#INVALID_REQUEST}. */
final class Query {
  private final MultiMap query;

  Query(MultiMap query) {
    this.query = query;
  }

  /** Null when missing or blank. */
  String words(String name, int max) {
    String text = query.get(name);
    if (text == null || text.isBlank()) {
      return null;
    }
    if (text.length() > max) {
      throw Failure.INVALID_REQUEST.exception(name + ": at most " + max + " characters");
    }
    return text.trim();
  }

  Instant time(String name) {
    String text = words(name, 64);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Failure.INVALID_REQUEST.exception(
          name + ": must be a time such as 2026-01-31T12:00:00Z");
    }
  }

  Double seconds(String name) {
    String text = words(name, 32);
    try {
      Double value = text == null ? null : Double.valueOf(text);
      if (value != null && !(value >= 0 && value <= 1e9)) {
        throw new NumberFormatException();
      }
      return value;
    } catch (NumberFormatException e) {
      throw Failure.INVALID_REQUEST.exception(name + ": must be a number of seconds");
    }
  }

  int integer(String name, int otherwise, int min, int max) {
    return (int) number(name, otherwise, min, max);
  }

  long number(String name, long otherwise, long min, long max) {
    String text = words(name, 19);
    try {
      long value = text == null ? otherwise : Long.parseLong(text);
      if (value < min || value > max) {
        throw new NumberFormatException();
      }
      return value;
    } catch (NumberFormatException e) {
      throw Failure.INVALID_REQUEST.exception(name + ": must be from " + min + " to " + max);
    }
  }

  int page() {
    return integer("page", 0, 0, 100_000);
  }

  int size() {
    return integer("size", 20, 1, 100);
  }
}

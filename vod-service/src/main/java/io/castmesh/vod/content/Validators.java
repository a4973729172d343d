package io.castmesh.vod.content;

import io.vertx.core.MultiMap;
import io.vertx.core.file.FileProps;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * What tells one state of a file from another, and the conditions that requests put on it: <a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-13">RFC 9110, section 13</a>.
 *
 * @param etag strong, with its quotes
 * @param modified to the second
 */
record Validators(String etag, Instant modified) {
  private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME;

  static Validators of(FileProps file) {
    return new Validators(
        '"' + Long.toHexString(file.size()) + '-' + Long.toHexString(file.lastModifiedTime()) + '"',
        Instant.ofEpochMilli(file.lastModifiedTime()).truncatedTo(ChronoUnit.SECONDS));
  }

  String lastModified() {
    return DATE.format(ZonedDateTime.ofInstant(modified, ZoneOffset.UTC));
  }

  /** 412: the client means another state than this. */
  boolean preconditionFails(MultiMap headers) {
    String match = headers.get(HttpHeaders.IF_MATCH);
    if (match != null) {
      return !lists(match, etag);
    }
    Instant since = date(headers.get("If-Unmodified-Since"));
    return since != null && modified.isAfter(since);
  }

  /** 304: the client has this state. */
  boolean notModified(MultiMap headers) {
    String noneMatch = headers.get(HttpHeaders.IF_NONE_MATCH);
    if (noneMatch != null) {
      return lists(noneMatch.replace("W/", ""), etag);
    }
    Instant since = date(headers.get(HttpHeaders.IF_MODIFIED_SINCE));
    return since != null && !modified.isAfter(since);
  }

  /** Whether a range counts: the client has the rest of this state, or did not say. */
  boolean rangeCounts(MultiMap headers) {
    String ifRange = headers.get("If-Range");
    if (ifRange == null) {
      return true;
    }
    return ifRange.strip().equals(etag) || modified.equals(date(ifRange));
  }

  private static boolean lists(String field, String etag) {
    return field.strip().equals("*")
        || Arrays.stream(field.split(",")).map(String::strip).anyMatch(etag::equals);
  }

  /** Null for what is not a date: such a field is ignored. */
  private static Instant date(String text) {
    if (text == null) {
      return null;
    }
    try {
      return DATE.parse(text.strip(), Instant::from);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}

package io.castmesh.vod.content;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a file that a request wants: the {@code Range} field of <a
 * href="https://www.rfc-editor.org/rfc/rfc9110#section-14">RFC 9110, section 14</a>.
 *
 * @param first of the wanted bytes
 * @param last of them, inclusive
 */
record ByteRange(long first, long last) {
  private static final Pattern ONE = Pattern.compile("(\\d*)\\s*-\\s*(\\d*)");
  private static final String UNIT = "bytes=";

  /** Nothing in the file lies in the range. */
  static final class NotSatisfiable extends Exception {
    private static final long serialVersionUID = 1L;

    NotSatisfiable() {
      super("range not satisfiable", null, false, false);
    }
  }

  /**
   * Empty means the whole file: what is not a range in bytes is ignored (section 14.2), and several
   * ranges may be answered with the whole.
   */
  static Optional<ByteRange> parse(String field, long size) throws NotSatisfiable {
    if (field == null || !field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return Optional.empty();
    }
    Matcher one = ONE.matcher(field.substring(UNIT.length()).strip());
    if (!one.matches()) {
      return Optional.empty();
    }
    String from = one.group(1);
    String to = one.group(2);
    if (from.isEmpty()) {
      return to.isEmpty() ? Optional.empty() : Optional.of(suffix(number(to), size));
    }
    long first = number(from);
    long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
    if (last < first) {
      return Optional.empty();
    }
    if (first >= size) {
      throw new NotSatisfiable();
    }
    return Optional.of(new ByteRange(first, Math.min(last, size - 1)));
  }

  private static ByteRange suffix(long length, long size) throws NotSatisfiable {
    if (length == 0 || size == 0) {
      throw new NotSatisfiable();
    }
    return new ByteRange(Math.max(0, size - length), size - 1);
  }

  /** More digits than a long holds lie beyond every file. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  long length() {
    return last - first + 1;
  }

  String contentRange(long size) {
    return "bytes " + first + "-" + last + "/" + size;
  }
}

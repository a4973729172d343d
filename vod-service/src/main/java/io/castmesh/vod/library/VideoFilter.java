package io.castmesh.vod.library;

import io.castmesh.contract.Videos.Query;
import java.util.ArrayList;
import java.util.List;

/**
 * A query as SQL with bound values: nothing that a client has written becomes part of the
 * statement.
 *
 * @param where empty, or begins with {@code WHERE}
 */
record VideoFilter(String where, List<Object> values) {
  /** Words beyond that are not looked for. */
  private static final int WORDS = 8;

  static VideoFilter of(Query query) {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (query.from() != null) {
      conditions.add("recorded_at >= ?");
      values.add(VideoStore.utc(query.from()));
    }
    if (query.to() != null) {
      conditions.add("recorded_at < ?");
      values.add(VideoStore.utc(query.to()));
    }
    if (query.minDuration() != null) {
      conditions.add("duration_seconds >= ?");
      values.add(query.minDuration());
    }
    if (query.maxDuration() != null) {
      conditions.add("duration_seconds <= ?");
      values.add(query.maxDuration());
    }
    if (query.nickname() != null && !query.nickname().isBlank()) {
      conditions.add("owner_nickname = ?");
      values.add(query.nickname().strip());
    }
    for (String word : words(query.location())) {
      conditions.add("(country LIKE ? OR region LIKE ? OR city LIKE ?)");
      values.addAll(List.of(containing(word), containing(word), containing(word)));
    }
    for (String word : words(query.words())) {
      conditions.add("title LIKE ?");
      values.add(containing(word));
    }
    return new VideoFilter(
        conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions),
        List.copyOf(values));
  }

  private static List<String> words(String text) {
    return text == null || text.isBlank()
        ? List.of()
        : List.of(text.strip().split("\\s+")).stream().limit(WORDS).toList();
  }

  private static String containing(String word) {
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }
}

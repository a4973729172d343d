package io.castmesh.gateway.moderation;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A mute or a ban.
 *
 * @param reason told to the person; may be null
 * @param by the administrator's nickname
 * @param until null: for good
 */
public record Sanction(
    String userId, Kind kind, String reason, String by, Instant since, Instant until) {

  /** What it takes away. */
  public enum Kind {
    /** To be seen, heard and read. */
    MUTE,
    /** To come in. */
    BAN;

    String column() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Kind of(String column) {
      return valueOf(column.toUpperCase(java.util.Locale.ROOT));
    }
  }

  public boolean holds(Instant now) {
    return until == null || until.isAfter(now);
  }

  /** What the person is told: reason and until, as far as there are any. */
  public Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    if (reason != null) {
      facts.put("reason", reason);
    }
    if (until != null) {
      facts.put("until", until.toString());
    }
    return facts;
  }

  /** {@link Failure#MUTED} or {@link Failure#BANNED}. */
  public FailureException failure() {
    return (kind == Kind.MUTE ? Failure.MUTED : Failure.BANNED).exception(facts());
  }
}

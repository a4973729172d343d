package io.castmesh.contract;

import java.util.Map;
import java.util.Optional;

/** A failure of the catalogue on its way to whoever asked. Has no stack trace: it is an answer. */
public final class FailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Failure failure;
  private final String details;
  private final transient Map<String, String> facts;

  FailureException(Failure failure, String details, Map<String, String> facts) {
    super(
        details == null ? failure.message() : failure.message() + " " + details,
        null,
        false,
        false);
    this.failure = failure;
    this.details = details;
    this.facts = facts;
  }

  public Failure failure() {
    return failure;
  }

  public Optional<String> details() {
    return Optional.ofNullable(details);
  }

  /** What a client is told beside the sentence, by name; mostly nothing. */
  public Map<String, String> facts() {
    return facts;
  }
}

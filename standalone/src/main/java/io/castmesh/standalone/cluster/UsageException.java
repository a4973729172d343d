package io.castmesh.standalone.cluster;

/** The command line cannot be understood; the message is one sentence for its author. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of {@code sysexits.h}: EX_USAGE. */
  static final int EXIT_CODE = 64;

  UsageException(String sentence) {
    super(sentence, null, false, false);
  }
}

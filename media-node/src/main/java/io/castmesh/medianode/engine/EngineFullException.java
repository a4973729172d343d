package io.castmesh.medianode.engine;

/** The engine has as many elements as it may have. */
public final class EngineFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineFullException(String message) {
    // No stack trace: this is an answer to clients, not a fault of ours.
    super(message, null, false, false);
  }
}

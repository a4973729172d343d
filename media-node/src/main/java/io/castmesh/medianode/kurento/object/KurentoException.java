package io.castmesh.medianode.kurento.object;

/** A request that fails for a reason in {@link KurentoError}; told to the client as it is. */
public final class KurentoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final KurentoError error;

  KurentoException(KurentoError error, String message) {
    // No stack trace: these are answers to clients, not faults of ours.
    super(message, null, false, false);
    this.error = error;
  }

  public KurentoError error() {
    return error;
  }
}

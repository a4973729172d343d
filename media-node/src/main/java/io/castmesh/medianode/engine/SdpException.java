package io.castmesh.medianode.engine;

/** An SDP that cannot be read, or that offers nothing we can do. */
public final class SdpException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SdpException(String message) {
    super(message);
  }
}

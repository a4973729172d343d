package io.castmesh.call.state;

/** Who does something to a call. */
public enum Side {
  CALLER,
  CALLEE,
  /** Time itself. */
  CLOCK
}

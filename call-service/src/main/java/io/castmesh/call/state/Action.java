package io.castmesh.call.state;

/** What may happen to a call. */
public enum Action {
  ACCEPT,
  REJECT,
  CANCEL,
  HANG_UP,
  /** Nobody answered in time. */
  TIME_OUT,
  /** The device that was in the call has signed off on purpose. */
  LEAVE,
  /** The device that was in the call has vanished. */
  LOSE,
  /** An administrator has ended it. */
  MODERATE
}

package io.castmesh.contract;

/** The answer that says no more than that it is done. */
public record Done() {
  public static final Done DONE = new Done();
}

package io.castmesh.contract;

/**
 * Something that has happened; every node that listens is told once.
 *
 * @param address on the event bus
 * @param <E> an immutable record
 */
public record Topic<E>(String address, Class<E> type) {

  /** The same news for one node only. */
  public Topic<E> at(String node) {
    return new Topic<>(address + "@" + node, type);
  }
}

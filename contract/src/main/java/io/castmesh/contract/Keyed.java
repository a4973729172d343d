package io.castmesh.contract;

/**
 * A question about something whose events have an order, such as a room: all questions of one key
 * go to one node, for as long as those who serve them are the same, and so its events have one
 * source.
 */
public interface Keyed {
  /** Such as the room's number; null: any node may answer. */
  String orderKey();
}

package io.castmesh.contract;

/**
 * A session of a signed-in client and the gateway node that holds its socket and its outbox.
 *
 * @param node the gateway's node id
 */
public record SessionRef(String sessionId, String node) {}

package io.castmesh.media.registry;

import io.castmesh.contract.Caller;

/**
 * A media session as it is written down.
 *
 * @param endpoint the id of its peer on the media server; null while that server is lost
 */
public record SessionRecord(String mediaId, Caller caller, String endpoint) {}

package io.castmesh.media.registry;

/**
 * The media of a call as it is written down. Its sides are {@link SessionRecord}s.
 *
 * @param server the media server's address; null while it is lost
 * @param pipeline its id there; null with it
 */
public record CallRecord(String callId, String server, String pipeline) {}

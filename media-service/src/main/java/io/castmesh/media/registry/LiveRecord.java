package io.castmesh.media.registry;

import io.castmesh.contract.Caller;
import java.time.Instant;

/**
 * A live as it is written down: enough to list it, to find it and to clear up after it.
 *
 * @param instance that has it
 * @param server the media server's address
 * @param pipeline its id there
 * @param title may be null
 */
public record LiveRecord(
    String liveId,
    String title,
    Caller presenter,
    Instant startedAt,
    boolean recorded,
    String instance,
    String server,
    String pipeline) {}

/**
 * How much a peer can take, told from its feedback (draft-ietf-rmcat-gcc-02): what was sent when,
 * what arrived when, whether queues grow, and what follows. Owns no clock and no socket; time is in
 * nanoseconds and passed in. Owned by the loop.
 */
package io.castmesh.medianode.engine.bandwidth;

/**
 * The ICE-lite side of a peer connection (RFC 8445 section 2.5): it answers connectivity checks and
 * learns from them where the peer is. No socket and no clock: messages in, messages out.
 */
package io.castmesh.medianode.engine.ice;

/**
 * STUN messages as ICE needs them (RFC 8489, RFC 8445): parsed from and written to byte arrays.
 * Owns no socket, no clock and no state.
 */
package io.castmesh.medianode.engine.stun;

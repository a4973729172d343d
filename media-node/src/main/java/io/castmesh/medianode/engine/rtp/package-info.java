/**
 * RTP as it lies in a byte array (RFC 3550, RFC 8285, RFC 7741): static readers that make no
 * objects per packet and never read beyond the bounds they are given.
 */
package io.castmesh.medianode.engine.rtp;

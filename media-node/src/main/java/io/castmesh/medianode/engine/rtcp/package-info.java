/**
 * RTCP (RFC 3550, RFC 4585, RFC 5104 and the drafts browsers use): a reader that calls back for
 * every item of a compound packet, and a writer that appends to a buffer. No objects per packet.
 */
package io.castmesh.medianode.engine.rtcp;

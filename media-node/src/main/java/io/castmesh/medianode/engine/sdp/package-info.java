/**
 * Session descriptions (RFC 8866, RFC 3264, JSEP RFC 8829) as browsers write and read them: a
 * parser, the choice of what we can do with an offer, and a writer. Text in, records out, text out.
 */
package io.castmesh.medianode.engine.sdp;

/**
 * WebM files (Matroska, RFC 9559; EBML, RFC 8794) with one VP8 and one Opus track, written so that
 * a file is playable whenever the process dies and seekable once it was finished. Knows no threads
 * and no RTP; the VP8 depacketiser lives with the recorder.
 */
package io.castmesh.medianode.engine.webm;

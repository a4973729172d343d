/**
 * Fragmented MP4 files (ISO/IEC 14496-12, as CMAF uses it) with one video track (H.264, VP9, AV1)
 * and one of Opus: each fragment is written in one piece, so that a file can be played whenever the
 * process dies. Knows no threads and no RTP.
 */
package io.castmesh.medianode.engine.mp4;

/**
 * What every file of media is to those who write and read it: tracks and frames, whatever the
 * format. Also reads what a file has to say about its video out of a keyframe's first bytes.
 */
package io.castmesh.medianode.engine.container;

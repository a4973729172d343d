/**
 * Threads for files, so that a slow disk stops nothing else: each file's work runs in order, with a
 * bounded queue in front of it.
 */
package io.castmesh.medianode.engine.disk;

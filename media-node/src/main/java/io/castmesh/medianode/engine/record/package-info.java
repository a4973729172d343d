/**
 * Recorders: sinks that put frames together on the engine's loop and write WebM files on threads of
 * their own, with a bounded queue between.
 */
package io.castmesh.medianode.engine.record;

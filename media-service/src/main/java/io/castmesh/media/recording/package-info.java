/** Recordings of lives: started when media flows, announced until they are registered. */
package io.castmesh.media.recording;

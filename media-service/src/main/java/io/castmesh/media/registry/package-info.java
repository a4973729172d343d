/** What all instances of media-service know of each other, in Redis. */
package io.castmesh.media.registry;

/** Media sessions: one peer connection of a client, through restarts of its network. */
package io.castmesh.media.session;

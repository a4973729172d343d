/**
 * Connections to media servers through kurento-client: off the event loop, with a deadline for
 * every call, watched, and made again when they break.
 */
package io.castmesh.media.kurento;

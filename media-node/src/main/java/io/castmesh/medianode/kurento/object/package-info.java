/**
 * Media objects as the protocol sees them: what a type is, what an object has, which sessions refer
 * to it and hear of it. Confined to the protocol server's event loop.
 */
package io.castmesh.medianode.kurento.object;

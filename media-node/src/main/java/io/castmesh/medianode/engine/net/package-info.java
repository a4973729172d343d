/**
 * Where we and our peers are: addresses of this machine, and ways between one of them and a peer.
 * Values only; sockets are the loop's.
 */
package io.castmesh.medianode.engine.net;

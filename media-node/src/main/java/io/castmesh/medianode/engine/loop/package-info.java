/**
 * The thread that everything happens on: sockets (UDP, and TCP that carries the same), tasks from
 * other threads and a tick. {@link io.castmesh.medianode.engine.loop.MediaLoop} is what the engine
 * sees; underneath is Linux by Netty's native transport or, elsewhere, Java's own channels. Several
 * loops can share the load; nothing in here is static.
 */
package io.castmesh.medianode.engine.loop;

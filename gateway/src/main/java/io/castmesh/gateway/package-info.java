/**
 * The door of castmesh: sockets (JSON-RPC over WebSocket and SockJS), HTTP, accounts and tokens,
 * and the web application.
 *
 * <p>Owns sockets, outboxes and resume buffers (memory), accounts and refresh tokens (MySQL), and
 * revoked access tokens (Redis). Knows no lives, calls or videos: it validates what clients send
 * with {@code openrpc.json} and {@code openapi.json} and asks the service that owns the state.
 *
 * <p>Answers {@code accounts.find}; emits {@code gateway.session.ended}; hears {@code
 * gateway.deliver@node}, {@code gateway.broadcast} and {@code presence.changed}.
 */
package io.castmesh.gateway;

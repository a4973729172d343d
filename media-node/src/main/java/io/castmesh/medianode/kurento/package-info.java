/**
 * The Kurento protocol in front of the media engine: JSON-RPC 2.0 over a WebSocket, so that any
 * Kurento client drives this node as it drives a Kurento Media Server.
 *
 * <p>It owns sessions, the objects that they refer to, subscriptions and the graph of connections;
 * the media itself belongs to {@link io.castmesh.medianode.engine}. Sub-packages: {@code rpc}
 * (sockets, requests, replies), {@code object} (objects, their types, sessions), {@code element}
 * (what each type can do). A new type is one class in {@code element} and one line in {@link
 * io.castmesh.medianode.kurento.element.ObjectTypes}.
 *
 * <p>What differs from a Kurento Media Server, on purpose, stands in {@code docs/media-node.md}.
 *
 * <p>Threads: everything here is confined to the event loop of {@link
 * io.castmesh.medianode.kurento.KurentoServer}; what the engine reports is brought there first.
 */
package io.castmesh.medianode.kurento;

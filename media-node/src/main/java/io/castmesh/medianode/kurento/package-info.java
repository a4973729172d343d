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
 * <p>What differs from a Kurento Media Server, on purpose: there are no data channels, filters,
 * mixers or players; recorders write WebM only; {@code getPipelines} takes no references (polling
 * it keeps nothing alive) and {@code getSessions} is not padded; broken JSON closes its socket with
 * 1007 instead of cutting it; {@code getIceTcp} answers; bandwidths for sending count once they are
 * set, until then the engine's own estimate decides; module descriptions name what this node
 * serves.
 *
 * <p>Threads: everything here is confined to the event loop of {@link
 * io.castmesh.medianode.kurento.KurentoServer}; what the engine reports is brought there first.
 */
package io.castmesh.medianode.kurento;

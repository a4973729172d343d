/**
 * The port at which members of the cluster meet, with mutual TLS where {@code cluster.tls-*} is
 * set: the same key, certificate and authority as on the event bus, so that only who shows a
 * certificate of the authority becomes a member, and nobody between them reads what they say.
 *
 * <p>Hazelcast's open edition refuses a TLS configuration, but its network layer is made for it: a
 * channel is a pipeline of handlers, some of which may block while a handshake goes on. {@link
 * io.castmesh.runtime.cluster.door.MemberDoor} puts a pair of them next to the socket. This rests
 * on classes that Hazelcast does not promise to keep: {@code ClusterTlsTest} listens in on the wire
 * and fails when another version of it goes another way, and no process starts without.
 */
package io.castmesh.runtime.cluster.door;

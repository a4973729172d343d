/**
 * DTLS-SRTP key agreement (RFC 5763, RFC 5764) with BouncyCastle: the node's certificate, and one
 * association per peer connection. Datagrams go in and out through methods; handshakes run on a
 * pool, because the library blocks while it waits for the peer.
 */
package io.castmesh.medianode.engine.dtls;

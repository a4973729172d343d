/**
 * Peer connections: one UDP port for all, told apart by ICE fragment and address; each peer with
 * its transport (ICE, DTLS, SRTP), what it sends us ({@code ReceiveSide}, {@code InboundTrack}) and
 * what we send it ({@code SendSide}, {@code OutboundTrack}).
 *
 * <p>Everything here runs on the engine's loop, except the facade's methods and the handshakes.
 */
package io.castmesh.medianode.engine.rtc;

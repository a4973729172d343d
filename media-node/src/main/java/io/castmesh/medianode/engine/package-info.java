/**
 * What a media server does, without the protocol that drives it: elements that take media in, pass
 * it on and record it. The Kurento protocol stands in front of these interfaces; ICE, DTLS, SRTP,
 * RTP and WebM stand behind them.
 *
 * <p>Threads: every method may be called from any thread and returns at once; the work happens on
 * the engine's own loop. Listeners are called on that loop and must not block.
 */
package io.castmesh.medianode.engine;

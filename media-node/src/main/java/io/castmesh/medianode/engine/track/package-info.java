/**
 * How media flows between elements: a source fans its packets out to sinks on the engine's loop.
 * Peers are both, recorders are sinks. Knows neither sockets nor ciphers.
 */
package io.castmesh.medianode.engine.track;

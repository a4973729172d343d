/**
 * What a process says. One event a line, as text or as JSON, with the id of the request that it
 * belongs to ({@link io.castmesh.runtime.trace.Trace}).
 *
 * <p>ERROR: something is broken and somebody has to look. WARN: something is lost or refused that
 * should not be; it may heal. INFO: what an operator wants to find afterwards. DEBUG: each request.
 *
 * <p>Secrets and session descriptions are left out by {@link io.castmesh.runtime.log.Redaction} on
 * every level, of whatever library, and levels change while running ({@link
 * io.castmesh.runtime.log.LogLevels}).
 */
package io.castmesh.runtime.log;

/**
 * One request followed through the mesh. Every request has a {@link
 * io.castmesh.runtime.trace.Trace} with an id after the W3C's Trace Context, whether anything is
 * exported or not: log lines and the errors that clients see carry it. It lives in the Vert.x
 * context of the work and travels in a header of the bus and of HTTP.
 *
 * <p>When {@code tracing.endpoint} is set, a share of the requests is recorded as spans ({@link
 * io.castmesh.runtime.trace.Tracing}) and exported by OTLP over HTTP. The gateway alone decides
 * which; everybody behind it follows.
 */
package io.castmesh.runtime.trace;

package io.castmesh.runtime.trace;

import io.castmesh.runtime.Ids;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where the work that runs now belongs, as <a href="https://www.w3.org/TR/trace-context/">W3C Trace
 * Context</a> says it. It lives in the Vert.x context of a request and travels in a header of the
 * bus and of HTTP.
 *
 * @param id of the whole request: 32 hexadecimal digits
 * @param spanId of the step within it: 16 hexadecimal digits
 * @param sampled spans of it are recorded
 */
public record Trace(String id, String spanId, boolean sampled) {
  /** The header's name, over HTTP and beside a JSON-RPC request. */
  public static final String HEADER = "traceparent";

  /** Version 00 is exactly so long; a later one may go on after a dash (section 4). */
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

  private static final int LENGTH = 55;
  private static final int MOST = 512;

  /** A trace of its own, not recorded. */
  public static Trace fresh() {
    return new Trace(Ids.fresh() + Ids.fresh(), Ids.fresh(), false);
  }

  /**
   * Reads a {@code traceparent}.
   *
   * @return null: none, or not a valid one, which counts as none
   */
  public static Trace parse(String header) {
    if (header == null
        || header.length() < LENGTH
        || header.length() > MOST
        || header.startsWith("00") && header.length() != LENGTH
        || !SHAPE.matcher(header).matches()) {
      return null;
    }
    int flags = Integer.parseInt(header.substring(53, LENGTH), 16);
    return new Trace(header.substring(3, 35), header.substring(36, 52), (flags & 1) != 0);
  }

  /** Reads a {@code traceparent}; without a valid one a trace begins here. */
  public static Trace orFresh(String header) {
    Trace trace = parse(header);
    return trace == null ? fresh() : trace;
  }

  public String traceparent() {
    return "00-" + id + "-" + spanId + (sampled ? "-01" : "-00");
  }

  /** Of the work that runs now, or null outside of any. */
  public static Trace current() {
    return of(Vertx.currentContext());
  }

  /** The id that log lines and errors carry, or null outside of any. */
  public static String currentId() {
    Trace trace = current();
    return trace == null ? null : trace.id();
  }

  static Trace of(Context context) {
    return context instanceof ContextInternal internal ? internal.getLocal(TraceLocal.LOCAL) : null;
  }

  /** The work of the current context belongs to this trace from now on. */
  public void enter() {
    if (Vertx.currentContext() instanceof ContextInternal internal) {
      internal.putLocal(TraceLocal.LOCAL, this);
    }
  }

  /** Runs a piece of work in a context of its own that belongs to this trace. */
  public <T> T run(Vertx vertx, Supplier<T> work) {
    ContextInternal context = ((ContextInternal) vertx.getOrCreateContext()).duplicate();
    context.putLocal(TraceLocal.LOCAL, this);
    ContextInternal previous = context.beginDispatch();
    try {
      return work.get();
    } finally {
      context.endDispatch(previous);
    }
  }
}

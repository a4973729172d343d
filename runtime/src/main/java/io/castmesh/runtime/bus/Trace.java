package io.castmesh.runtime.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * The id that ties one request together from the browser's message to every log line. It lives in
 * the Vert.x context of the request and travels in a bus header.
 */
public final class Trace {
  private Trace() {}

  static final String HEADER = "trace";

  /** The id of the work that runs now, or null outside of any. */
  public static String current() {
    Context context = Vertx.currentContext();
    return context instanceof ContextInternal internal
        ? (String) internal.getLocal(TraceLocal.LOCAL)
        : null;
  }

  public static String fresh() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /**
   * Runs a piece of work in a context of its own that carries the id.
   *
   * @param id null takes a fresh one
   */
  public static <T> T with(Vertx vertx, String id, Supplier<T> work) {
    ContextInternal context = ((ContextInternal) vertx.getOrCreateContext()).duplicate();
    context.putLocal(TraceLocal.LOCAL, id == null ? fresh() : id);
    ContextInternal previous = context.beginDispatch();
    try {
      return work.get();
    } finally {
      context.endDispatch(previous);
    }
  }
}

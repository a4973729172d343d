package io.castmesh.runtime.trace;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/** Reserves the context slot of {@link Trace}; Vert.x loads it before the first context is made. */
public final class TraceLocal implements VertxServiceProvider {
  static final ContextLocal<Trace> LOCAL = ContextLocal.registerLocal(Trace.class);

  @Override
  public void init(VertxBootstrap builder) {
    // Loading the class has reserved the slot.
  }
}

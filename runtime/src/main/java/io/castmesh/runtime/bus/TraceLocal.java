package io.castmesh.runtime.bus;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/** Reserves the context slot of {@link Trace}; Vert.x loads it before the first context is made. */
public final class TraceLocal implements VertxServiceProvider {
  static final ContextLocal<String> LOCAL = ContextLocal.registerLocal(String.class);

  @Override
  public void init(VertxBootstrap builder) {
    // Loading the class has reserved the slot.
  }
}

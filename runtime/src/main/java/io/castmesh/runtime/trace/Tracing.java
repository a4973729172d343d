package io.castmesh.runtime.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.vertx.core.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes the steps of requests. What is not sampled costs an id; nothing of OpenTelemetry is called
 * for it. Thread-safe.
 */
public final class Tracing {
  private final Export export;
  private final double ratio;

  private Tracing(Export export, double ratio) {
    this.export = export;
    this.ratio = ratio;
  }

  /** Ids only: nothing is recorded. */
  public static Tracing off() {
    return new Tracing(null, 0);
  }

  /**
   * @param process such as gateway
   * @param node this process's id in the cluster
   */
  public static Tracing of(TracingConfig config, String process, String node) {
    return config.enabled()
        ? new Tracing(Export.start(config, process, node), config.sampleRatio())
        : off();
  }

  /** Sends what is still to be sent, for a few seconds at most. */
  public Future<Void> close() {
    return export == null ? Future.succeededFuture() : export.close();
  }

  /**
   * A request comes in from outside. Its caller may name its trace; whether it is recorded is
   * decided here, by chance: a stranger's wish costs us nothing.
   *
   * @param traceparent null or not valid: a trace begins here
   */
  public Step request(String name, String traceparent) {
    Trace caller = Trace.parse(traceparent);
    Trace given = caller == null ? Trace.fresh() : caller;
    boolean sampled = export != null && ThreadLocalRandom.current().nextDouble() < ratio;
    if (!sampled) {
      return new Step(new Trace(given.id(), given.spanId(), false), null);
    }
    SpanBuilder builder = export.tracer().spanBuilder(name).setSpanKind(SpanKind.SERVER);
    // A caller that records nothing has no span to hang ours on.
    return given.sampled() && caller != null
        ? step(builder.setParent(remote(caller)))
        : step(export.root(builder, given.id()));
  }

  /** Another process, or another service of this one, is asked. */
  public Step question(String name) {
    Trace current = Trace.current();
    return current == null ? Step.OUTSIDE : child(SpanKind.CLIENT, name, current);
  }

  /** A question has come over the bus or from a gateway. */
  public Step answer(String name, String traceparent) {
    return child(SpanKind.SERVER, name, Trace.orFresh(traceparent));
  }

  /** An event has come over the bus. */
  public Step event(String name, String traceparent) {
    return child(SpanKind.CONSUMER, name, Trace.orFresh(traceparent));
  }

  Step child(SpanKind kind, String name, Trace parent) {
    return parent.sampled() && export != null
        ? step(export.tracer().spanBuilder(name).setSpanKind(kind).setParent(remote(parent)))
        : new Step(parent, null);
  }

  private static Step step(SpanBuilder builder) {
    Span span = builder.startSpan();
    SpanContext context = span.getSpanContext();
    return new Step(new Trace(context.getTraceId(), context.getSpanId(), true), span);
  }

  private static Context remote(Trace parent) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    parent.id(),
                    parent.spanId(),
                    TraceFlags.getSampled(),
                    TraceState.getDefault())));
  }
}

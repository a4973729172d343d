package io.castmesh.runtime.trace;

import io.opentelemetry.api.trace.SpanKind;
import io.vertx.core.Context;
import io.vertx.core.eventbus.Message;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What the clients of Vert.x do for a request (MySQL, Redis, HTTP) becomes a step of it, and HTTP
 * requests carry the trace. The bus makes its own steps, which know endpoints.
 */
public final class ClientTracer implements VertxTracer<Step, Step> {
  /** Tags that say what was done and with whom; none of them holds a value of a query. */
  private static final Map<String, String> TOLD =
      Map.of(
          "db.system", "db.system.name",
          "db.namespace", "db.namespace",
          "db.query.text", "db.query.text",
          "db.operation.name", "db.operation.name",
          "server.address", "server.address",
          "server.port", "server.port",
          "http.method", "http.request.method");

  private static final int NAME_LENGTH = 40;

  private final Tracing tracing;

  public ClientTracer(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public <R> Step sendRequest(
      Context context,
      io.vertx.core.spi.tracing.SpanKind kind,
      TracingPolicy policy,
      R request,
      String operation,
      BiConsumer<String, String> headers,
      TagExtractor<R> tags) {
    Trace trace = Trace.of(context);
    if (trace == null || request instanceof Message) {
      return null;
    }
    if (!trace.sampled()) {
      headers.accept(Trace.HEADER, trace.traceparent());
      return null;
    }
    Map<String, String> all = tags.extract(request);
    Step step = tracing.child(SpanKind.CLIENT, name(operation, all), trace);
    TOLD.forEach((tag, key) -> step.set(key, all.get(tag)));
    headers.accept(Trace.HEADER, step.traceparent());
    return step;
  }

  @Override
  public <R> void receiveResponse(
      Context context, R response, Step step, Throwable failure, TagExtractor<R> tags) {
    if (step != null) {
      step.end(failure);
    }
  }

  /** Such as {@code mysql SELECT}, {@code redis hgetall} or {@code GET}. */
  private static String name(String operation, Map<String, String> tags) {
    String system = tags.get("db.system");
    if (system == null) {
      return operation;
    }
    String what = tags.getOrDefault("db.operation.name", tags.getOrDefault("db.query.text", ""));
    String first = what.strip().split("\\s", 2)[0];
    return system + " " + first.substring(0, Math.min(first.length(), NAME_LENGTH));
  }
}

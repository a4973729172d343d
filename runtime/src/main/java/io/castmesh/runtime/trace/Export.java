package io.castmesh.runtime.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;

/**
 * Sends spans by OTLP over HTTP, from a thread of its own. A receiver that is away or slow costs
 * spans, never requests: the queue is bounded and drops what does not fit.
 */
final class Export {
  private static final int QUEUE = 4_096;
  private static final int BATCH = 512;
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final Ids ids;

  private Export(SdkTracerProvider provider, Ids ids) {
    this.provider = provider;
    this.ids = ids;
    this.tracer = provider.get("io.castmesh");
  }

  static Export start(TracingConfig config, String process, String node) {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(config.tracesUrl())
            .setTimeout(TIMEOUT)
            .setConnectTimeout(TIMEOUT)
            .setCompression("gzip");
    config.headers().forEach(exporter::addHeader);
    Ids ids = new Ids();
    String name = config.serviceName().isEmpty() ? "castmesh-" + process : config.serviceName();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(
                                AttributeKey.stringKey("service.namespace"), "castmesh",
                                AttributeKey.stringKey("service.name"), name,
                                AttributeKey.stringKey("service.instance.id"), node))))
            .setIdGenerator(ids)
            // Who is recorded has been decided before: see Tracing.request.
            .setSampler(Sampler.alwaysOn())
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter.build())
                    .setMaxQueueSize(QUEUE)
                    .setMaxExportBatchSize(BATCH)
                    .setScheduleDelay(EVERY)
                    .setExporterTimeout(TIMEOUT)
                    .build())
            .build();
    return new Export(provider, ids);
  }

  Tracer tracer() {
    return tracer;
  }

  /** Begins a trace whose id is known already. */
  SpanBuilder root(SpanBuilder builder, String traceId) {
    ids.next.set(traceId);
    return builder.setParent(Context.root());
  }

  Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    provider.shutdown().whenComplete(() -> closed.tryComplete());
    return closed.future();
  }

  /** The next trace that begins on this thread takes the id that is laid down for it. */
  private static final class Ids implements IdGenerator {
    private final IdGenerator random = IdGenerator.random();
    private final ThreadLocal<String> next = new ThreadLocal<>();

    @Override
    public String generateSpanId() {
      return random.generateSpanId();
    }

    @Override
    public String generateTraceId() {
      String id = next.get();
      next.remove();
      return id == null ? random.generateTraceId() : id;
    }
  }
}

package io.castmesh.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Takes spans by OTLP over HTTP, as a collector does. */
final class TraceReceiver implements AutoCloseable {
  /**
   * A span as it came.
   *
   * @param service of its resource
   * @param parent empty: a root
   */
  record Received(
      String service,
      String trace,
      String id,
      String parent,
      String name,
      Span.SpanKind kind,
      boolean error,
      Map<String, String> attributes) {}

  private final HttpServer server;
  private final List<Received> spans = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();

  TraceReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Received> ofTrace(String trace) {
    return spans.stream().filter(span -> span.trace().equals(trace)).toList();
  }

  List<Received> all() {
    return List.copyOf(spans);
  }

  /** What came as the header x-key. */
  List<String> keys() {
    return List.copyOf(keys);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream body = exchange.getRequestBody();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"))) {
        body = new GZIPInputStream(body);
      }
      keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-key")));
      ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().forEach(this::add);
      exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void add(ResourceSpans resource) {
    String service = attributes(resource.getResource().getAttributesList()).get("service.name");
    resource
        .getScopeSpansList()
        .forEach(
            scope ->
                scope
                    .getSpansList()
                    .forEach(
                        span ->
                            spans.add(
                                new Received(
                                    service,
                                    HexFormat.of().formatHex(span.getTraceId().toByteArray()),
                                    HexFormat.of().formatHex(span.getSpanId().toByteArray()),
                                    HexFormat.of().formatHex(span.getParentSpanId().toByteArray()),
                                    span.getName(),
                                    span.getKind(),
                                    span.getStatus().getCodeValue() == 2,
                                    attributes(span.getAttributesList())))));
  }

  private static Map<String, String> attributes(List<KeyValue> list) {
    return list.stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                one ->
                    one.getValue().hasStringValue()
                        ? one.getValue().getStringValue()
                        : Long.toString(one.getValue().getIntValue())));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

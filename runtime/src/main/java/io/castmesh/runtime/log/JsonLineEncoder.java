package io.castmesh.runtime.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import io.castmesh.runtime.bus.Json;
import io.castmesh.runtime.trace.Trace;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One event a line, as a JSON object, for machines that collect logs. */
public final class JsonLineEncoder extends EncoderBase<ILoggingEvent> {
  private final StackConverter stack = new StackConverter();

  @Override
  public void start() {
    stack.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", event.getInstant().toString());
    line.put("level", event.getLevel().toString());
    line.put("logger", event.getLoggerName());
    line.put("thread", event.getThreadName());
    line.put("message", Redaction.of(String.valueOf(event.getFormattedMessage())));
    String trace = Trace.currentId();
    if (trace != null) {
      line.put("trace", trace);
    }
    if (event.getThrowableProxy() != null) {
      line.put("error", stack.convert(event));
    }
    return (Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}

package io.castmesh.runtime.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** Writes the message without secrets and in one line: nobody forges a line of ours by a name. */
public final class LineConverter extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    String message = Redaction.of(String.valueOf(event.getFormattedMessage()));
    return message.indexOf('\n') < 0 && message.indexOf('\r') < 0
        ? message
        : message.replace("\r", "\\r").replace("\n", "\\n");
  }
}

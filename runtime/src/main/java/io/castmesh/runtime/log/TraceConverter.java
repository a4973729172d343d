package io.castmesh.runtime.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.castmesh.runtime.trace.Trace;

/** Writes {@code trace=…} when the line belongs to a request. */
public final class TraceConverter extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    String trace = Trace.currentId();
    return trace == null ? "" : " trace=" + trace;
  }
}

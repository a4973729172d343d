package io.castmesh.runtime.bus;

import io.castmesh.contract.Failure;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.eventbus.DeliveryOptions;

/** How records and the trace of the work at hand travel in messages of the event bus. */
final class Messages {
  /** The header with the trace, as W3C Trace Context writes it. */
  static final String TRACE = "trace";

  private Messages() {}

  /** A record of this node, one of another node still as JSON, or the text of a repair. */
  static <T> T body(Object body, Class<T> type) {
    try {
      if (body instanceof RecordCodec.Wire wire) {
        return Json.read(wire.json(), type);
      }
      if (body instanceof String text) {
        return Json.read(text, type);
      }
    } catch (IllegalArgumentException e) {
      throw Failure.INVALID_REQUEST.exception(e.getMessage());
    }
    if (!type.isInstance(body)) {
      throw Failure.INVALID_REQUEST.exception("not a " + type.getSimpleName());
    }
    return type.cast(body);
  }

  static DeliveryOptions options(String trace) {
    DeliveryOptions options = new DeliveryOptions().setCodecName(RecordCodec.NAME);
    return trace == null ? options : options.addHeader(TRACE, trace);
  }

  /** The address without the node that is meant. */
  static String name(String address) {
    int at = address.indexOf('@');
    return at < 0 ? address : address.substring(0, at);
  }

  static String current() {
    Trace trace = Trace.current();
    return trace == null ? null : trace.traceparent();
  }
}

package io.castmesh.runtime.trace;

import io.castmesh.contract.FailureException;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/**
 * A step of a request, from its beginning to its end: a span when the trace is recorded, else only
 * the trace. Thread-safe; to be ended once.
 */
public final class Step {
  static final Step OUTSIDE = new Step(null, null);

  private static final int OUR_FAULT = 500;

  private final Trace trace;
  private final Span span;

  Step(Trace trace, Span span) {
    this.trace = trace;
    this.span = span;
  }

  /** For what is done within this step; null for a question that belongs to no request. */
  public Trace trace() {
    return trace;
  }

  /** What carries {@link #trace} to another process, or null. */
  public String traceparent() {
    return trace == null ? null : trace.traceparent();
  }

  /** A name that is known only now. */
  public void name(String name) {
    if (span != null) {
      span.updateName(name);
    }
  }

  /**
   * @param key after OpenTelemetry's semantic conventions
   */
  public Step set(String key, String value) {
    if (span != null && value != null) {
      span.setAttribute(key, value);
    }
    return this;
  }

  public Step set(String key, long value) {
    if (span != null) {
      span.setAttribute(key, value);
    }
    return this;
  }

  /** The fault is ours. */
  public void failed(String type) {
    if (span != null) {
      span.setAttribute("error.type", type);
      span.setStatus(StatusCode.ERROR);
    }
  }

  public void end() {
    end(null);
  }

  /**
   * @param error null: it went well; a refusal of the catalogue is told by its name, and is an
   *     error only when the fault is ours
   */
  public void end(Throwable error) {
    if (span == null) {
      return;
    }
    if (error instanceof FailureException known) {
      span.setAttribute("error.type", known.failure().name());
      if (known.failure().httpStatus() >= OUR_FAULT) {
        span.setStatus(StatusCode.ERROR, known.failure().name());
      }
    } else if (error != null) {
      // Its message may hold what is nobody's business.
      span.setAttribute("error.type", error.getClass().getName());
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}

package io.castmesh.runtime.metrics;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How a metric is described.
 *
 * @param name dotted, as Micrometer has it
 * @param unit seconds or bytes; empty: things
 * @param bounds of the buckets of a histogram
 */
record Spec(
    Kind kind,
    String name,
    String unit,
    Exposer exposer,
    List<Label> labels,
    List<Duration> bounds,
    String meaning) {

  /** What Prometheus makes of it. */
  enum Kind {
    GAUGE,
    COUNTER,
    HISTOGRAM
  }

  /** Between what nobody notices and the deadline of a question. */
  private static final List<Duration> WAITS =
      millis(2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);

  /** A healthy loop is late by less than a millisecond. */
  private static final List<Duration> DELAYS =
      millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000);

  private static final List<Duration> WORK =
      millis(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 180_000, 600_000);

  static Spec gauge(Exposer exposer, String name, String meaning, Label... labels) {
    return new Spec(Kind.GAUGE, name, "", exposer, List.of(labels), List.of(), meaning);
  }

  static Spec counter(Exposer exposer, String name, String meaning, Label... labels) {
    return new Spec(Kind.COUNTER, name, "", exposer, List.of(labels), List.of(), meaning);
  }

  /** Of waits for an answer, in seconds. */
  static Spec waits(Exposer exposer, String name, String meaning, Label... labels) {
    return new Spec(Kind.HISTOGRAM, name, "seconds", exposer, List.of(labels), WAITS, meaning);
  }

  /** Of delays that should not be there, in seconds. */
  static Spec delays(Exposer exposer, String name, String meaning, Label... labels) {
    return new Spec(Kind.HISTOGRAM, name, "seconds", exposer, List.of(labels), DELAYS, meaning);
  }

  /** Of work that takes its time, in seconds. */
  static Spec work(Exposer exposer, String name, String meaning, Label... labels) {
    return new Spec(Kind.HISTOGRAM, name, "seconds", exposer, List.of(labels), WORK, meaning);
  }

  Spec bytes() {
    return new Spec(kind, name, "bytes", exposer, labels, bounds, meaning);
  }

  Spec seconds() {
    return new Spec(kind, name, "seconds", exposer, labels, bounds, meaning);
  }

  private static List<Duration> millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toList();
  }
}

package io.castmesh.contract;

import java.time.Duration;

/**
 * A question that exactly one service answers, exactly once.
 *
 * @param address on the event bus
 * @param deadline after which the asker is told {@link Failure#TIMEOUT}
 * @param repeatable asking twice is as asking once: when the one who was asked dies, another is
 *     asked; of other questions the asker is told {@link Failure#UNAVAILABLE}
 * @param <Q> an immutable record
 * @param <R> an immutable record
 */
public record Endpoint<Q, R>(
    String address, Class<Q> request, Class<R> response, Duration deadline, boolean repeatable) {

  public static <Q, R> Endpoint<Q, R> of(String address, Class<Q> request, Class<R> response) {
    return new Endpoint<>(address, request, response, Duration.ofSeconds(5), false);
  }

  public Endpoint<Q, R> within(Duration other) {
    return new Endpoint<>(address, request, response, other, repeatable);
  }

  /** The same, for a question that may be asked twice without harm. */
  public Endpoint<Q, R> asRepeatable() {
    return new Endpoint<>(address, request, response, deadline, true);
  }

  /** The same question to one node: the owner of the state that it is about. */
  public Endpoint<Q, R> at(String node) {
    return new Endpoint<>(address + "@" + node, request, response, deadline, repeatable);
  }
}

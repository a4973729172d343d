package io.castmesh.call;

import io.castmesh.runtime.config.Settings;
import java.time.Duration;

/**
 * The settings of call-service.
 *
 * @param ringTimeout how long a call rings before it counts as unanswered
 * @param lostAfter how long a device in a call may be unknown to presence; longer than gateways
 *     take to assert their sessions again after Redis has lost them
 */
public record CallConfig(Duration ringTimeout, Duration lostAfter) {

  public static CallConfig read(Settings s) {
    return new CallConfig(
        s.seconds(
            "call.ring-timeout", 30, 1, 300, "How long a call rings before it is not answered"),
        s.seconds(
            "call.lost-after",
            12,
            1,
            600,
            "How long a device in a call may be unknown to presence before the call ends"));
  }
}

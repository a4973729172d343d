package io.castmesh.call;

import io.castmesh.runtime.config.Settings;
import java.time.Duration;

/**
 * The settings of call-service.
 *
 * @param ringTimeout how long a call rings before it counts as unanswered
 */
public record CallConfig(Duration ringTimeout) {

  public static CallConfig read(Settings s) {
    return new CallConfig(
        s.seconds(
            "call.ring-timeout", 30, 1, 300, "How long a call rings before it is not answered"));
  }
}

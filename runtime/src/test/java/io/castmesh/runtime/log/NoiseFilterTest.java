package io.castmesh.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NoiseFilterTest {
  private static final String LIBRARY = "io.vertx.core.net.impl.ConnectionBase";

  @Test
  void aClientThatIsGoneIsNoError() {
    assertThat(decide(LIBRARY, new IOException("Connection reset by peer")))
        .isEqualTo(FilterReply.DENY);
    assertThat(decide(LIBRARY, new IOException("Broken pipe"))).isEqualTo(FilterReply.DENY);
    assertThat(decide(LIBRARY, new HttpClosedException("Connection was closed")))
        .isEqualTo(FilterReply.DENY);
    assertThat(decide(LIBRARY, "Connection reset", null)).isEqualTo(FilterReply.DENY);
  }

  @Test
  void whatIsBrokenStaysAnError() {
    assertThat(decide(LIBRARY, new IllegalStateException("Connection reset")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(LIBRARY, new IOException("No space left on device")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("io.castmesh.vod.Videos", new IOException("Connection reset by peer")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(LIBRARY, null)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("io.vertx.core.Other", "Connection reset", null))
        .isEqualTo(FilterReply.NEUTRAL);
  }

  @Test
  void whoLooksCloserSeesThem() {
    Logger library = (Logger) LoggerFactory.getLogger("io.vertx");
    Level before = library.getLevel();
    library.setLevel(Level.DEBUG);
    try {
      assertThat(decide(LIBRARY, new IOException("Connection reset by peer")))
          .isEqualTo(FilterReply.NEUTRAL);
    } finally {
      library.setLevel(before);
    }
  }

  private static FilterReply decide(String logger, Throwable error) {
    return decide(logger, "Unhandled exception", error);
  }

  private static FilterReply decide(String logger, String message, Throwable error) {
    Logger named = (Logger) LoggerFactory.getLogger(logger);
    // As Logging sets it up, unless the test says otherwise.
    Logger library = (Logger) LoggerFactory.getLogger("io.vertx");
    if (library.getLevel() == null) {
      library.setLevel(Level.WARN);
    }
    return new NoiseFilter()
        .decide(new LoggingEvent("test", named, Level.ERROR, message, error, null));
  }
}

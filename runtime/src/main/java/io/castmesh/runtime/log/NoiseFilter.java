package io.castmesh.runtime.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Leaves out what libraries call an error and what is everyday on the internet: a client that has
 * gone in the middle of something. Told when the library's level is DEBUG.
 */
final class NoiseFilter extends Filter<ILoggingEvent> {
  private static final Pattern GONE =
      Pattern.compile("(?i).*(connection reset|broken pipe|connection was closed|closed).*");

  private static final Set<String> GONE_TYPES =
      Set.of(
          "java.nio.channels.ClosedChannelException",
          "io.netty.channel.StacklessClosedChannelException",
          "io.vertx.core.http.HttpClosedException",
          "io.vertx.core.http.StreamResetException");

  private static final Set<String> IO_TYPES =
      Set.of(
          "java.io.IOException",
          "java.net.SocketException",
          "io.netty.channel.unix.Errors$NativeIoException",
          "javax.net.ssl.SSLException",
          "io.vertx.core.VertxException");

  @Override
  public FilterReply decide(ILoggingEvent event) {
    boolean library =
        event.getLoggerName().startsWith("io.vertx")
            || event.getLoggerName().startsWith("io.netty");
    if (!library || !gone(event)) {
      return FilterReply.NEUTRAL;
    }
    Logger logger = (Logger) LoggerFactory.getLogger(event.getLoggerName());
    return logger.getEffectiveLevel().isGreaterOrEqual(Level.INFO)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }

  private static boolean gone(ILoggingEvent event) {
    IThrowableProxy error = event.getThrowableProxy();
    if (error == null) {
      // Some connections tell the message of their error only.
      return event.getLoggerName().endsWith(".ConnectionBase")
          && GONE.matcher(event.getFormattedMessage()).matches();
    }
    return GONE_TYPES.contains(error.getClassName())
        || IO_TYPES.contains(error.getClassName())
            && error.getMessage() != null
            && GONE.matcher(error.getMessage()).matches();
  }
}

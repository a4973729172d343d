package io.castmesh.runtime.log;

import static java.util.Map.entry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.jul.LevelChangePropagator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.pattern.DynamicConverter;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sets up logging: to standard output, one event a line, as text or JSON. */
public final class Logging {
  private Logging() {}

  private static final String PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %-20logger{0} %line%trace%n%stack{12}";

  /** Libraries that say at INFO what only their authors want to know. */
  private static final Map<String, Level> QUIET =
      Map.ofEntries(
          entry("io.netty", Level.WARN),
          // Tells each batch that it could not send; WARN once in a while.
          entry("io.opentelemetry", Level.WARN),
          entry("jdk", Level.WARN),
          entry("sun", Level.WARN),
          entry("io.vertx", Level.WARN),
          // Tells each attempt to reach a member that is gone; peers are told by ourselves.
          entry("com.hazelcast", Level.ERROR),
          // Warns of every MariaDB that is newer than itself.
          entry("org.flywaydb", Level.ERROR),
          // Warns of each client that it closes; what matters is told by media-service.
          entry("org.kurento", Level.ERROR),
          // Vert.x registers one gauge of its event bus twice.
          entry("io.micrometer", Level.ERROR),
          entry("org.mariadb", Level.WARN),
          entry("ch.vorburger", Level.WARN),
          entry("redis.embedded", Level.WARN));

  public static void configure(String format, String level) {
    System.setProperty(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    Encoder<ILoggingEvent> encoder = "json".equals(format) ? new JsonLineEncoder() : text();
    encoder.setContext(context);
    encoder.start();
    appender.setEncoder(encoder);
    NoiseFilter noise = new NoiseFilter();
    noise.start();
    appender.addFilter(noise);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.toLevel(level, Level.INFO));
    bridge(context);
    QUIET.forEach((name, quiet) -> context.getLogger(name).setLevel(quiet));
  }

  /** What libraries say to java.util.logging comes here too, as far as a level lets it through. */
  private static void bridge(LoggerContext context) {
    LevelChangePropagator levels = new LevelChangePropagator();
    levels.setContext(context);
    levels.setResetJUL(true);
    levels.start();
    context.addListener(levels);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static PatternLayoutEncoder text() {
    PatternLayoutEncoder encoder =
        new PatternLayoutEncoder() {
          @Override
          public void start() {
            LoggerContext context = (LoggerContext) getContext();
            Map<String, Supplier<DynamicConverter>> rules = new java.util.HashMap<>();
            rules.put("trace", TraceConverter::new);
            rules.put("line", LineConverter::new);
            rules.put("stack", StackConverter::new);
            context.putObject(
                ch.qos.logback.core.CoreConstants.PATTERN_RULE_REGISTRY_FOR_SUPPLIERS, rules);
            super.start();
          }
        };
    encoder.setPattern(PATTERN);
    return encoder;
  }
}

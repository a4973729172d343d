package io.castmesh.runtime.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * Log levels on the management port: {@code GET /log-levels} tells them, {@code PUT
 * /log-levels/LOGGER} changes one, for good (until the process ends) or for some seconds.
 *
 * <p>Belongs to the event loop of the management port.
 */
public final class LogLevels {
  private static final org.slf4j.Logger log = LoggerFactory.getLogger(LogLevels.class);
  private static final Set<String> LEVELS =
      Set.of("off", "error", "warn", "info", "debug", "trace");

  /** Takes the level of the logger above, as if none had been set. */
  private static final String INHERIT = "inherit";

  private static final int BODY_BYTES = 4_096;
  private static final int MOST_SECONDS = 86_400;

  private record Temporary(Level before, Instant until, long timer) {}

  private final Vertx vertx;
  private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Map<String, Temporary> temporary = new HashMap<>();

  public LogLevels(Vertx vertx) {
    this.vertx = vertx;
  }

  public void mount(Router router) {
    router.get("/log-levels").handler(ctx -> ctx.json(view()));
    router
        .put("/log-levels/:logger")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES))
        .handler(this::put);
  }

  private JsonObject view() {
    Map<String, Object> set = new TreeMap<>();
    for (Logger logger : loggers.getLoggerList()) {
      if (logger.getLevel() != null && !isRoot(logger)) {
        set.put(logger.getName(), name(logger.getLevel()));
      }
    }
    Map<String, Object> passing = new TreeMap<>();
    temporary.forEach(
        (logger, one) ->
            passing.put(
                logger,
                new JsonObject()
                    .put("then", one.before() == null ? INHERIT : name(one.before()))
                    .put("until", one.until().toString())));
    return new JsonObject()
        .put("root", name(root().getLevel()))
        .put("loggers", new JsonObject(set))
        .put("temporary", new JsonObject(passing));
  }

  private void put(RoutingContext ctx) {
    JsonObject body;
    try {
      body = ctx.body().asJsonObject();
    } catch (DecodeException | ClassCastException e) {
      body = null;
    }
    if (body == null) {
      refuse(ctx, 400, "send a JSON object such as {\"level\":\"debug\",\"seconds\":300}");
      return;
    }
    String problem = problem(body);
    if (problem != null) {
      refuse(ctx, 400, problem);
      return;
    }
    Logger logger = find(ctx.pathParam("logger"));
    if (logger == null) {
      refuse(
          ctx,
          404,
          "there is no such logger in this process: name root, a class that logs, or a package of"
              + " one, such as io.castmesh");
      return;
    }
    String level = body.getString("level").toLowerCase(Locale.ROOT);
    if (level.equals(INHERIT) && isRoot(logger)) {
      refuse(ctx, 400, "level: root inherits from nothing; give one of " + levels());
      return;
    }
    change(logger, level, body.getInteger("seconds", 0));
    ctx.json(view());
  }

  private void change(Logger logger, String level, int seconds) {
    String name = isRoot(logger) ? "root" : logger.getName();
    Temporary earlier = temporary.remove(name);
    if (earlier != null) {
      vertx.cancelTimer(earlier.timer());
    }
    if (seconds > 0) {
      // A second change that passes returns to what was before the first.
      Level before = earlier == null ? logger.getLevel() : earlier.before();
      long timer = vertx.setTimer(seconds * 1000L, over -> giveBack(logger, name));
      temporary.put(name, new Temporary(before, Instant.now().plusSeconds(seconds), timer));
    }
    logger.setLevel(level.equals(INHERIT) ? null : Level.toLevel(level));
    log.info("log level changed logger={} level={} seconds={}", name, level, seconds);
  }

  private void giveBack(Logger logger, String name) {
    Temporary over = temporary.remove(name);
    if (over != null) {
      logger.setLevel(over.before());
      String level = over.before() == null ? INHERIT : name(over.before());
      log.info("log level given back logger={} level={}", name, level);
    }
  }

  private static String problem(JsonObject body) {
    for (String field : body.fieldNames()) {
      if (!field.equals("level") && !field.equals("seconds")) {
        return field + ": there is no such field; give level and perhaps seconds";
      }
    }
    if (!(body.getValue("level") instanceof String level)
        || !LEVELS.contains(level.toLowerCase(Locale.ROOT)) && !level.equalsIgnoreCase(INHERIT)) {
      return "level: must be one of " + levels() + ", " + INHERIT;
    }
    Object seconds = body.getValue("seconds");
    if (body.containsKey("seconds")
        && !(seconds instanceof Integer number && number >= 1 && number <= MOST_SECONDS)) {
      return "seconds: must be a whole number from 1 to " + MOST_SECONDS;
    }
    return null;
  }

  private static String levels() {
    return "off, error, warn, info, debug, trace";
  }

  /** A logger that exists, or the package of one: a name that was mistyped changes nothing. */
  private Logger find(String name) {
    if (name.equalsIgnoreCase("root")) {
      return root();
    }
    boolean known =
        loggers.getLoggerList().stream()
            .anyMatch(one -> one.getName().equals(name) || one.getName().startsWith(name + "."));
    return known ? loggers.getLogger(name) : null;
  }

  private Logger root() {
    return loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static boolean isRoot(Logger logger) {
    return logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static String name(Level level) {
    return level.toString().toLowerCase(Locale.ROOT);
  }

  private static void refuse(RoutingContext ctx, int status, String detail) {
    HttpServerResponse response = ctx.response();
    response
        .setStatusCode(status)
        .putHeader("content-type", "application/problem+json")
        .end(
            new JsonObject()
                .put("type", "about:blank")
                .put("title", response.getStatusMessage())
                .put("status", status)
                .put("detail", detail)
                .encode());
  }
}

package io.castmesh.runtime.config;

import io.castmesh.runtime.cluster.ClusterConfig;
import io.castmesh.runtime.store.MysqlUrl;
import io.castmesh.runtime.store.StoreUrls;
import io.castmesh.runtime.trace.TracingConfig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings that every service has.
 *
 * @param dataDir where keys, and in one JVM the databases, are kept
 * @param recordingsDir shared by media servers, media-service and vod-service
 * @param managementPort 0 takes a free one
 * @param mysqlUrl {@code mysql://user:password@host:3306/castmesh}; empty in one JVM: embedded
 * @param redisUrl {@code redis://host:6379}; empty in one JVM: embedded
 * @param logFormat text or json
 * @param drainDeadline how long a shutdown may take
 * @param cluster how services of their own find each other
 * @param tracing where spans of requests go
 */
public record RuntimeConfig(
    Path dataDir,
    Path recordingsDir,
    String managementHost,
    int managementPort,
    String mysqlUrl,
    int mysqlPoolSize,
    String redisUrl,
    int redisPoolSize,
    String logFormat,
    String logLevel,
    Duration drainDeadline,
    ClusterConfig cluster,
    TracingConfig tracing) {

  private static final Pattern ADDRESS =
      Pattern.compile("(?<scheme>\\w+://)(?:(?<user>[^:@/]*)@)?(?<rest>[^@]+)");

  public static RuntimeConfig read(Settings s) {
    Path dataDir = s.path("data.dir", "data", "Folder of keys, databases and recordings");
    String recordings =
        s.text("recordings.dir", "", "Folder of recordings; unset: recordings inside data.dir");
    RuntimeConfig config =
        new RuntimeConfig(
            dataDir,
            recordings.isEmpty()
                ? dataDir.resolve("recordings")
                : Path.of(recordings).toAbsolutePath().normalize(),
            s.text("management.host", "127.0.0.1", "Where health and metrics are served"),
            s.integer(
                "management.port", 9090, 0, 65535, "Port of health and metrics; 0: a free one"),
            withPassword(
                s,
                "mysql",
                s.text(
                    "mysql.url",
                    "",
                    "mysql://user:password@host:3306/castmesh; unset in one JVM: embedded"),
                s.text("mysql.password", "", "Password of MySQL, where mysql.url has none")),
            s.integer("mysql.pool-size", 8, 1, 256, "Connections to MySQL of one process"),
            withPassword(
                s,
                "redis",
                s.text("redis.url", "", "redis://host:6379; unset in one JVM: embedded"),
                s.text("redis.password", "", "Password of Redis, where redis.url has none")),
            s.integer("redis.pool-size", 8, 1, 256, "Connections to Redis of one process"),
            s.choice("log.format", "text", Arrays.asList("text", "json"), "How log lines look"),
            s.choice(
                "log.level",
                "info",
                Arrays.asList("trace", "debug", "info", "warn", "error"),
                "What is worth a log line"),
            s.seconds("drain.deadline", 30, 1, 600, "How long a shutdown may take"),
            ClusterConfig.read(s),
            TracingConfig.read(s));
    check(s, "mysql.url", config.mysqlUrl, MysqlUrl::parse);
    check(s, "redis.url", config.redisUrl, StoreUrls::checkRedis);
    return config;
  }

  private static void check(Settings s, String key, String url, Consumer<String> parse) {
    try {
      if (!url.isEmpty()) {
        parse.accept(url);
      }
    } catch (IllegalArgumentException e) {
      s.problem(key + ": " + e.getMessage());
    }
  }

  /** Addresses are told to many, passwords to few: they may come apart. */
  private static String withPassword(Settings s, String store, String url, String password) {
    if (password.isEmpty() || url.isEmpty()) {
      return url;
    }
    Matcher parts = ADDRESS.matcher(url);
    if (!parts.matches()) {
      s.problem(store + ".password, " + store + ".url: give the password in one of them");
      return url;
    }
    String user = parts.group("user") == null ? "" : parts.group("user");
    // As in an address, not as in a form: there a blank would be a plus.
    String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
    return parts.group("scheme") + user + ":" + encoded + "@" + parts.group("rest");
  }

  /** The same with other addresses of the stores: of embedded ones. */
  public RuntimeConfig withStores(String newMysqlUrl, String newRedisUrl) {
    return new RuntimeConfig(
        dataDir,
        recordingsDir,
        managementHost,
        managementPort,
        newMysqlUrl,
        mysqlPoolSize,
        newRedisUrl,
        redisPoolSize,
        logFormat,
        logLevel,
        drainDeadline,
        cluster,
        tracing);
  }

  /** Keys that are read outside of any configuration record: by the launcher and by the script. */
  public static Set<String> launcherKeys() {
    return Arrays.stream(new String[] {"config", "java.opts"})
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

package io.castmesh.runtime.store;

import io.castmesh.runtime.config.RuntimeConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.mysqlclient.MySQLBuilder;
import io.vertx.mysqlclient.MySQLConnectOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.concurrent.TimeUnit;

/** Makes the clients of MySQL and Redis, with bounds on connections, queues and waits. */
public final class Stores {
  private Stores() {}

  /** How many requests may wait for a connection before the next one is refused. */
  private static final int WAITING = 512;

  private static final int CONNECT_MILLIS = 3_000;

  /**
   * Commands are given up before. A connection that still brings nothing leads to a machine that
   * has vanished, which TCP itself notices after a quarter of an hour.
   */
  private static final int REDIS_SILENT_SECONDS = 10;

  private static final int MYSQL_SILENT_SECONDS = 30;

  /** Unused ones go well before, so that none is closed under a command that has just begun. */
  private static final int REDIS_UNUSED_SECONDS = 5;

  private static final int MYSQL_UNUSED_SECONDS = 10;

  /** How often unused ones are looked for; as the pool of MySQL does by itself. */
  private static final int CLEAN_MILLIS = 1_000;

  public static Pool mysql(Vertx vertx, RuntimeConfig config) {
    MysqlUrl url = MysqlUrl.parse(config.mysqlUrl());
    MySQLConnectOptions connect =
        new MySQLConnectOptions()
            .setHost(url.host())
            .setPort(url.port())
            .setUser(url.user())
            .setPassword(url.password())
            .setDatabase(url.database())
            .setCharset("utf8mb4")
            .setCachePreparedStatements(true);
    PoolOptions pool =
        new PoolOptions()
            .setName("mysql")
            .setMaxSize(config.mysqlPoolSize())
            .setMaxWaitQueueSize(WAITING)
            .setConnectionTimeout(5)
            .setConnectionTimeoutUnit(TimeUnit.SECONDS)
            .setIdleTimeout(MYSQL_UNUSED_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    return MySQLBuilder.pool()
        .with(pool)
        .with(line(MYSQL_SILENT_SECONDS))
        .connectingTo(connect)
        .using(vertx)
        .build();
  }

  public static RedisStore redis(Vertx vertx, RuntimeConfig config, MeterRegistry metrics) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(StoreUrls.forRedisDriver(config.redisUrl()))
            // A label of its metrics; a fresh one for each process otherwise.
            .setPoolName("redis")
            .setMaxPoolSize(config.redisPoolSize())
            .setMaxPoolWaiting(WAITING)
            .setMaxWaitingHandlers(4096)
            .setPoolCleanerInterval(CLEAN_MILLIS)
            .setPoolRecycleTimeout((int) TimeUnit.SECONDS.toMillis(REDIS_UNUSED_SECONDS))
            .setNetClientOptions(line(REDIS_SILENT_SECONDS));
    return new RedisStore(vertx, Redis.createClient(vertx, options), metrics);
  }

  private static NetClientOptions line(int silentSeconds) {
    return new NetClientOptions()
        .setConnectTimeout(CONNECT_MILLIS)
        .setTcpKeepAlive(true)
        .setTcpNoDelay(true)
        .setReadIdleTimeout(silentSeconds)
        .setIdleTimeoutUnit(TimeUnit.SECONDS);
  }
}

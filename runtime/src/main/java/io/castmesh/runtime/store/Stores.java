package io.castmesh.runtime.store;

import io.castmesh.runtime.config.RuntimeConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.mysqlclient.MySQLBuilder;
import io.vertx.mysqlclient.MySQLConnectOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** Makes the clients of MySQL and Redis, with bounds on connections, queues and waits. */
public final class Stores {
  private Stores() {}

  /** How many requests may wait for a connection before the next one is refused. */
  private static final int WAITING = 512;

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
            .setIdleTimeout(10)
            .setIdleTimeoutUnit(TimeUnit.MINUTES);
    return MySQLBuilder.pool().with(pool).connectingTo(connect).using(vertx).build();
  }

  public static RedisStore redis(Vertx vertx, RuntimeConfig config, MeterRegistry metrics) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(URI.create(config.redisUrl()).toString())
            // A label of its metrics; a fresh one for each process otherwise.
            .setPoolName("redis")
            .setMaxPoolSize(config.redisPoolSize())
            .setMaxPoolWaiting(WAITING)
            .setMaxWaitingHandlers(4096);
    return new RedisStore(vertx, Redis.createClient(vertx, options), metrics);
  }
}

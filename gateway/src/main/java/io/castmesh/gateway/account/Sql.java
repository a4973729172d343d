package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.vertx.core.Future;
import io.vertx.mysqlclient.MySQLException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the gateway's queries share. */
public final class Sql {
  private static final Logger log = LoggerFactory.getLogger(Sql.class);

  /** Whoever waits for it gives up soon after. */
  private static final long DEADLINE_SECONDS = 5;

  /** Nobody has given it up yet when what is left to do takes no longer than usual. */
  private static final long IN_TIME_NANOS = TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS - 1);

  /** Of MySQL: a unique key has this value already. */
  private static final int DUPLICATE = 1062;

  private Sql() {}

  /**
   * A database that is away or stands still is {@link Failure#UNAVAILABLE}; the only unique names
   * that strangers choose are nicknames: {@link Failure#NICKNAME_TAKEN}.
   */
  public static <T> Future<T> guarded(Future<T> query) {
    return query
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .recover(
            error -> {
              if (error instanceof FailureException) {
                return Future.failedFuture(error);
              }
              if (error instanceof MySQLException sql && sql.getErrorCode() == DUPLICATE) {
                return Future.failedFuture(Failure.NICKNAME_TAKEN.exception());
              }
              log.warn("mysql failed error={}", error.toString());
              return Future.failedFuture(Failure.UNAVAILABLE.exception());
            });
  }

  /**
   * For the middle of a transaction: what has been given up is not carried out later.
   *
   * @param begun when it was asked for, by {@link System#nanoTime()}
   * @throws FailureException {@link Failure#UNAVAILABLE}
   */
  static void requireInTime(long begun) {
    if (System.nanoTime() - begun > IN_TIME_NANOS) {
      throw Failure.UNAVAILABLE.exception();
    }
  }
}

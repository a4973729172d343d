package io.castmesh.vod.library;

import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.contract.Videos.Location;
import io.castmesh.contract.Videos.Query;
import io.castmesh.contract.Videos.Video;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.mysqlclient.MySQLException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The videos in MySQL. Thread-safe; fails with {@link Failure#UNAVAILABLE} within five seconds
 * while MySQL is away.
 *
 * <p>Writes go one after the other. One that MySQL does not answer in time, of a locked table for
 * one, still has its connection and may be carried out yet: until it is answered no other begins.
 */
public final class VideoStore {
  private static final Logger log = LoggerFactory.getLogger(VideoStore.class);

  private static final long DEADLINE_SECONDS = 5;

  /** After that no answer will come any more: the way to MySQL is cut. */
  private static final Duration UNANSWERED = Duration.ofMinutes(10);

  /** Writes that wait for their turn; more are refused. */
  private static final int WAITING = 256;

  /** A write that was given up. */
  private record GivenUp(Future<?> answer, long at) {
    boolean goesOn() {
      return !answer.isComplete() && System.nanoTime() - at < UNANSWERED.toNanos();
    }
  }

  /** A video as it is stored. */
  public record Row(
      String id,
      String liveId,
      User owner,
      String title,
      Instant recordedAt,
      double durationSeconds,
      Location location,
      long sizeBytes,
      String file) {

    /** As others see it. */
    public Video video() {
      String url = "/api/v1/videos/" + id;
      return new Video(
          id,
          liveId,
          title,
          owner,
          recordedAt,
          durationSeconds,
          location,
          sizeBytes,
          url + "/content",
          url + "/thumbnail");
    }
  }

  /** A page of videos, and how many there are in all. */
  public record Found(List<Row> rows, long total) {}

  private static final String INSERT =
      """
      INSERT INTO videos (id, live_id, owner_id, owner_nickname, owner_avatar, title, recorded_at,
        duration_seconds, country, region, city, size_bytes, file)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  /** Characters that the columns hold. */
  private static final int NICKNAME = 64;

  private static final int AVATAR = 512;
  private static final int TITLE = 200;

  /** Of MySQL: a unique key has this value already. */
  private static final int DUPLICATE = 1062;

  private final Pool mysql;
  private final AtomicReference<Future<Void>> lastWrite =
      new AtomicReference<>(Future.succeededFuture());
  private final AtomicInteger writes = new AtomicInteger();
  private volatile GivenUp givenUp = new GivenUp(Future.succeededFuture(), 0);

  public VideoStore(Pool mysql) {
    this.mysql = mysql;
  }

  /**
   * @return false when its live has a video already
   */
  public Future<Boolean> insert(Row row) {
    Location place = row.location();
    Tuple values =
        Tuple.of(
            row.id(),
            row.liveId(),
            row.owner().id(),
            text(row.owner().nickname(), NICKNAME),
            text(row.owner().avatar(), AVATAR),
            text(row.title(), TITLE));
    values.addValue(utc(row.recordedAt()));
    values.addValue(row.durationSeconds());
    values.addValue(place == null ? null : place.country());
    values.addValue(place == null ? null : place.region());
    values.addValue(place == null ? null : place.city());
    values.addValue(row.sizeBytes());
    values.addValue(row.file());
    return write(INSERT, values)
        .map(true)
        .recover(
            error ->
                error instanceof MySQLException refused && refused.getErrorCode() == DUPLICATE
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(error));
  }

  /** What somebody else has let through must not keep a recording from being registered. */
  private static String text(String value, int length) {
    if (value == null) {
      return "";
    }
    return value.codePointCount(0, value.length()) <= length
        ? value
        : value.substring(0, value.offsetByCodePoints(0, length));
  }

  /** Not while a write is unanswered: it may be that of this live. */
  public Future<Optional<Row>> findForLive(String liveId) {
    if (givenUp.goesOn()) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    return run("SELECT * FROM videos WHERE live_id = ?", Tuple.of(liveId))
        .map(rows -> rows(rows).stream().findFirst());
  }

  /**
   * @return fails with {@link Failure#VIDEO_NOT_FOUND}
   */
  public Future<Row> find(String id) {
    return run("SELECT * FROM videos WHERE id = ?", Tuple.of(id))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(Failure.VIDEO_NOT_FOUND.exception())
                    : Future.succeededFuture(row(rows.iterator().next())));
  }

  public Future<Void> rename(String id, String title) {
    return write("UPDATE videos SET title = ? WHERE id = ?", Tuple.of(title, id)).mapEmpty();
  }

  public Future<Void> deleteForLive(String liveId) {
    return write("DELETE FROM videos WHERE live_id = ?", Tuple.of(liveId)).mapEmpty();
  }

  /** The newest first; of the same time, in a fixed order. */
  public Future<Found> list(Query query) {
    VideoFilter filter = VideoFilter.of(query);
    Tuple page = Tuple.tuple(new ArrayList<>(filter.values()));
    page.addValue(query.size());
    page.addValue((long) query.page() * query.size());
    return run(
            "SELECT * FROM videos"
                + filter.where()
                + " ORDER BY recorded_at DESC, id DESC LIMIT ? OFFSET ?",
            page)
        .compose(
            rows ->
                run(
                        "SELECT COUNT(*) FROM videos" + filter.where(),
                        Tuple.tuple(new ArrayList<>(filter.values())))
                    .map(count -> new Found(rows(rows), count.iterator().next().getLong(0))));
  }

  private static List<Row> rows(RowSet<io.vertx.sqlclient.Row> found) {
    List<Row> rows = new ArrayList<>();
    found.forEach(one -> rows.add(row(one)));
    return List.copyOf(rows);
  }

  private static Row row(io.vertx.sqlclient.Row row) {
    String country = row.getString("country");
    return new Row(
        row.getString("id"),
        row.getString("live_id"),
        new User(
            row.getString("owner_id"),
            row.getString("owner_nickname"),
            row.getString("owner_avatar")),
        row.getString("title"),
        row.getLocalDateTime("recorded_at").toInstant(ZoneOffset.UTC),
        row.getDouble("duration_seconds"),
        country == null
            ? null
            : new Location(country, row.getString("region"), row.getString("city")),
        row.getLong("size_bytes"),
        row.getString("file"));
  }

  static LocalDateTime utc(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  private Future<RowSet<io.vertx.sqlclient.Row>> run(String sql, Tuple values) {
    return guarded(mysql.preparedQuery(sql).execute(values));
  }

  private Future<RowSet<io.vertx.sqlclient.Row>> write(String sql, Tuple values) {
    if (writes.get() >= WAITING) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    writes.incrementAndGet();
    Promise<Void> done = Promise.promise();
    return lastWrite
        .getAndSet(done.future())
        .compose(turn -> writeNow(sql, values))
        .onComplete(
            written -> {
              writes.decrementAndGet();
              done.complete();
            });
  }

  private Future<RowSet<io.vertx.sqlclient.Row>> writeNow(String sql, Tuple values) {
    if (givenUp.goesOn()) {
      return Future.failedFuture(Failure.UNAVAILABLE.exception());
    }
    Future<RowSet<io.vertx.sqlclient.Row>> answer = mysql.preparedQuery(sql).execute(values);
    return guarded(answer).onFailure(error -> givenUp = new GivenUp(answer, System.nanoTime()));
  }

  /** What MySQL says about a statement is our mistake; anything else means that it is away. */
  private static <T> Future<T> guarded(Future<T> future) {
    return future
        .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .recover(
            error -> {
              if (error instanceof MySQLException refused && !isAway(refused)) {
                return Future.failedFuture(error);
              }
              log.warn("mysql failed error={}", error.toString());
              return Future.failedFuture(Failure.UNAVAILABLE.exception());
            });
  }

  /** SQLSTATE class 08 (connection), or MySQL is shutting down or full. */
  private static boolean isAway(MySQLException error) {
    String state = error.getSqlState();
    return state != null && (state.startsWith("08") || state.equals("HY000"));
  }
}

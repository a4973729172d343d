package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.User;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * People: signing up, signing in, tokens. A database that is away is {@link Failure#UNAVAILABLE}.
 */
public final class AccountService {
  /** What a client gets for signing in, signing up or refreshing. */
  public record Tokens(String accessToken, String refreshToken, long expiresIn, User user) {}

  /** For a client that was told so to try again. */
  private static final int LATE_SECONDS = 600;

  private final Pool mysql;
  private final Passwords passwords;
  private final AccessTokens access;
  private final RefreshTokens refresh;
  private final Consumer<String> mayComeIn;
  private final Consumer<String> signedOut;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param mayComeIn asked with the id of who has shown that they are who they say; throws a
   *     failure when they are not let in
   * @param signedOut told of each sign-in that is over
   */
  public AccountService(
      Pool mysql,
      Passwords passwords,
      AccessTokens access,
      java.time.Duration refreshTtl,
      Consumer<String> mayComeIn,
      Consumer<String> signedOut) {
    this.mayComeIn = mayComeIn;
    this.signedOut = signedOut;
    this.mysql = mysql;
    this.passwords = passwords;
    this.access = access;
    this.refresh = new RefreshTokens(mysql, refreshTtl, this::distrust);
  }

  /**
   * Fails with {@link Failure#NICKNAME_TAKEN}. Who was told that the database is late may ask
   * again, though it has made the account since: with the same password, it is their own name.
   */
  public Future<Tokens> register(String nickname, String password) {
    return passwords
        .hash(password)
        .compose(hash -> create(nickname, hash))
        .recover(
            error ->
                error instanceof FailureException known && known.failure() == Failure.NICKNAME_TAKEN
                    ? neverUsed(nickname, password)
                    : Future.failedFuture(error))
        .compose(this::signIn);
  }

  /** An account that nobody has been let in with yet. */
  private Future<User> neverUsed(String nickname, String password) {
    return Sql.guarded(
            mysql
                .preparedQuery(
                    "SELECT id, password_hash FROM accounts WHERE nickname_key = ? AND nickname = ?"
                        + " AND created_at > CURRENT_TIMESTAMP(3) - INTERVAL ? SECOND AND NOT EXISTS"
                        + " (SELECT 1 FROM refresh_tokens WHERE account_id = accounts.id)")
                .execute(Tuple.of(Nicknames.key(nickname), nickname, LATE_SECONDS)))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.failedFuture(Failure.NICKNAME_TAKEN.exception());
              }
              Row row = rows.iterator().next();
              return passwords
                  .verify(password, row.getString("password_hash"))
                  .compose(
                      ok ->
                          ok
                              ? Future.succeededFuture(Avatars.user(row.getString("id"), nickname))
                              : Future.failedFuture(Failure.NICKNAME_TAKEN.exception()));
            });
  }

  /**
   * An account without a password, which ends with its tokens: it is made with the first of them,
   * or not at all.
   *
   * @param nickname null: one is made up
   */
  public Future<Tokens> guest(String nickname) {
    String name =
        nickname == null ? "guest-" + Long.toString(random.nextLong(1L << 45), 36) : nickname;
    User user = Avatars.user(UUID.randomUUID().toString(), name);
    long begun = System.nanoTime();
    return Sql.guarded(
            mysql.withTransaction(
                connection ->
                    insert(connection, user, null)
                        .compose(
                            done -> {
                              Sql.requireInTime(begun);
                              return refresh.issue(connection, user.id());
                            })))
        .map(issued -> tokens(user, issued));
  }

  /** Fails with {@link Failure#BAD_CREDENTIALS} or {@link Failure#BANNED}. */
  public Future<Tokens> login(String nickname, String password) {
    return Sql.guarded(
            mysql
                .preparedQuery(
                    "SELECT id, nickname, password_hash FROM accounts WHERE nickname_key = ?")
                .execute(Tuple.of(Nicknames.key(nickname))))
        .compose(
            rows -> {
              var row = rows.size() == 0 ? null : rows.iterator().next();
              String hash = row == null ? null : row.getString("password_hash");
              return passwords
                  .verify(password, hash)
                  .compose(
                      ok ->
                          ok && row != null
                              ? signIn(Avatars.user(row.getString("id"), row.getString("nickname")))
                              : Future.failedFuture(Failure.BAD_CREDENTIALS.exception()));
            });
  }

  /**
   * Fails with {@link Failure#TOKEN_INVALID}, {@link Failure#TOKEN_EXPIRED}, {@link
   * Failure#TOKEN_REVOKED} or {@link Failure#BANNED}, which leaves the token unused.
   */
  public Future<Tokens> refresh(String refreshToken) {
    return Sql.guarded(refresh.rotate(refreshToken, mayComeIn))
        .compose(rotated -> byId(rotated.accountId()).map(user -> tokens(user, rotated)));
  }

  /**
   * May be repeated until it succeeds: the access token, which it needs, goes last. The sessions of
   * the sign-in end also while Redis is away.
   */
  public Future<Void> logout(AccessTokens.Verified token, String refreshToken) {
    return Sql.guarded(refresh.revoke(token.user().id(), refreshToken))
        .compose(
            done -> access.revoke(token).onComplete(tried -> signedOut.accept(token.signIn())));
  }

  /** Somebody has stolen a token of this sign-in, and it is not known who of those who use it. */
  private Future<Void> distrust(String signIn) {
    return access
        .revokeSignIn(signIn)
        .otherwiseEmpty()
        .onComplete(tried -> signedOut.accept(signIn));
  }

  /** To be called now and then: forgets tokens that have expired, and guests without any. */
  public Future<Void> forgetExpired() {
    return Sql.guarded(refresh.forgetExpired());
  }

  /** Fails with {@link Failure#USER_NOT_FOUND}. */
  public Future<User> byNickname(String nickname) {
    return one("SELECT id, nickname FROM accounts WHERE nickname_key = ?", Nicknames.key(nickname));
  }

  /** Fails with {@link Failure#USER_NOT_FOUND}. */
  public Future<User> byId(String id) {
    return one("SELECT id, nickname FROM accounts WHERE id = ?", id);
  }

  private Future<User> one(String sql, String argument) {
    return Sql.guarded(mysql.preparedQuery(sql).execute(Tuple.of(argument)))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.failedFuture(Failure.USER_NOT_FOUND.exception());
              }
              var row = rows.iterator().next();
              return Future.succeededFuture(
                  Avatars.user(row.getString("id"), row.getString("nickname")));
            });
  }

  private Future<User> create(String nickname, String hash) {
    User user = Avatars.user(UUID.randomUUID().toString(), nickname);
    return Sql.guarded(insert(mysql, user, hash)).map(user);
  }

  private static Future<?> insert(SqlClient client, User user, String hash) {
    return client
        .preparedQuery(
            "INSERT INTO accounts (id, nickname, nickname_key, password_hash) VALUES (?, ?, ?, ?)")
        .execute(Tuple.of(user.id(), user.nickname(), Nicknames.key(user.nickname()), hash));
  }

  private Future<Tokens> signIn(User user) {
    mayComeIn.accept(user.id());
    return Sql.guarded(refresh.issue(mysql, user.id())).map(issued -> tokens(user, issued));
  }

  private Tokens tokens(User user, RefreshTokens.Issued issued) {
    return new Tokens(
        access.issue(user, issued.family()), issued.token(), access.ttl().toSeconds(), user);
  }
}

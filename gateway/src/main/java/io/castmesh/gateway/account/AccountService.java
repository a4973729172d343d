package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.User;
import io.vertx.core.Future;
import io.vertx.mysqlclient.MySQLException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * People: signing up, signing in, tokens. A database that is away is {@link Failure#UNAVAILABLE}.
 */
public final class AccountService {
  private static final Logger log = LoggerFactory.getLogger(AccountService.class);

  /** Of MySQL: a unique key has this value already. */
  private static final int DUPLICATE = 1062;

  /** What a client gets for signing in, signing up or refreshing. */
  public record Tokens(String accessToken, String refreshToken, long expiresIn, User user) {}

  private final Pool mysql;
  private final Passwords passwords;
  private final AccessTokens access;
  private final RefreshTokens refresh;
  private final SecureRandom random = new SecureRandom();

  public AccountService(
      Pool mysql, Passwords passwords, AccessTokens access, java.time.Duration refreshTtl) {
    this.mysql = mysql;
    this.passwords = passwords;
    this.access = access;
    this.refresh = new RefreshTokens(mysql, refreshTtl);
  }

  /** Fails with {@link Failure#NICKNAME_TAKEN}. */
  public Future<Tokens> register(String nickname, String password) {
    return passwords.hash(password).compose(hash -> create(nickname, hash)).compose(this::signIn);
  }

  /**
   * An account without a password, which ends with its tokens.
   *
   * @param nickname null: one is made up
   */
  public Future<Tokens> guest(String nickname) {
    if (nickname != null) {
      return create(nickname, null).compose(this::signIn);
    }
    return create("guest-" + Long.toString(random.nextLong(1L << 45), 36), null)
        .compose(this::signIn);
  }

  /** Fails with {@link Failure#BAD_CREDENTIALS}. */
  public Future<Tokens> login(String nickname, String password) {
    return guarded(
            mysql
                .preparedQuery(
                    "SELECT id, nickname, password_hash FROM accounts WHERE nickname_key = ?")
                .execute(Tuple.of(key(nickname))))
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
   * Fails with {@link Failure#TOKEN_INVALID}, {@link Failure#TOKEN_EXPIRED} or {@link
   * Failure#TOKEN_REVOKED}.
   */
  public Future<Tokens> refresh(String refreshToken) {
    return guarded(refresh.rotate(refreshToken))
        .compose(rotated -> byId(rotated.accountId()).map(user -> tokens(user, rotated)));
  }

  public Future<Void> logout(AccessTokens.Verified token, String refreshToken) {
    return access
        .revoke(token)
        .compose(done -> guarded(refresh.revoke(token.user().id(), refreshToken)));
  }

  /** To be called now and then: forgets tokens that have expired, and guests without any. */
  public Future<Void> forgetExpired() {
    return guarded(refresh.forgetExpired());
  }

  /** Fails with {@link Failure#USER_NOT_FOUND}. */
  public Future<User> byNickname(String nickname) {
    return one("SELECT id, nickname FROM accounts WHERE nickname_key = ?", key(nickname));
  }

  private Future<User> byId(String id) {
    return one("SELECT id, nickname FROM accounts WHERE id = ?", id);
  }

  private Future<User> one(String sql, String argument) {
    return guarded(mysql.preparedQuery(sql).execute(Tuple.of(argument)))
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
    return guarded(
            mysql
                .preparedQuery(
                    "INSERT INTO accounts (id, nickname, nickname_key, password_hash) VALUES (?, ?,"
                        + " ?, ?)")
                .execute(Tuple.of(user.id(), nickname, key(nickname), hash)))
        .map(user);
  }

  private Future<Tokens> signIn(User user) {
    return guarded(refresh.issue(user.id())).map(issued -> tokens(user, issued));
  }

  private Tokens tokens(User user, RefreshTokens.Issued issued) {
    return new Tokens(
        access.issue(user, issued.family()), issued.token(), access.ttl().toSeconds(), user);
  }

  /** Names that look alike are one name: compatibility forms and case do not tell them apart. */
  private static String key(String nickname) {
    return Normalizer.normalize(nickname, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }

  private static <T> Future<T> guarded(Future<T> query) {
    return query.recover(
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
}

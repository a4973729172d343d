package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.castmesh.contract.User;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.runtime.store.RedisStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.redis.client.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Short-lived access tokens: JWT (RFC 7519) signed with ES256. Any gateway can verify them without
 * a database; only revoked ones are looked up, in Redis, for as long as they would have lived.
 */
public final class AccessTokens {
  private static final String ALGORITHM = "ES256";
  private static final String ISSUER = "castmesh";
  private static final String REVOKED = "token:revoked:";
  private static final String SIGNED_OUT = "token:signed-out:";

  /**
   * A verified token.
   *
   * @param signIn of which sign-in: the family of its refresh tokens
   */
  public record Verified(User user, String tokenId, String signIn, Instant expiresAt) {}

  private final JWTAuth jwt;
  private final RedisStore redis;
  private final Duration ttl;

  private AccessTokens(JWTAuth jwt, RedisStore redis, Duration ttl) {
    this.jwt = jwt;
    this.redis = redis;
    this.ttl = ttl;
  }

  public static Future<AccessTokens> create(Vertx vertx, RedisStore redis, GatewayConfig config) {
    return vertx
        .executeBlocking(() -> TokenKeys.loadOrCreate(config.keyFile()))
        .map(
            pem ->
                new AccessTokens(
                    JWTAuth.create(
                        vertx,
                        new JWTAuthOptions()
                            // Expiry is checked below: it has a failure of its own.
                            .setJWTOptions(new JWTOptions().setIgnoreExpiration(true))
                            .addPubSecKey(key(pem.publicKey()))
                            .addPubSecKey(key(pem.privateKey()))),
                    redis,
                    config.auth().accessTtl()));
  }

  public Duration ttl() {
    return ttl;
  }

  public String issue(User user, String signIn) {
    return jwt.generateToken(
        new JsonObject()
            .put("sub", user.id())
            .put("nickname", user.nickname())
            .put("sid", signIn)
            .put("jti", UUID.randomUUID().toString()),
        new JWTOptions()
            .setAlgorithm(ALGORITHM)
            .setIssuer(ISSUER)
            .setExpiresInSeconds((int) ttl.toSeconds()));
  }

  /**
   * Fails with {@link Failure#TOKEN_INVALID} (forged, of another key, unsigned, not ours), {@link
   * Failure#TOKEN_EXPIRED} or {@link Failure#TOKEN_REVOKED}.
   */
  public Future<Verified> verify(String token) {
    return jwt.authenticate(new TokenCredentials(token))
        .recover(error -> Future.failedFuture(Failure.TOKEN_INVALID.exception()))
        .compose(
            principal -> {
              JsonObject claims = principal.attributes().getJsonObject("accessToken");
              if (claims == null
                  || !ISSUER.equals(claims.getString("iss"))
                  || claims.getString("sub") == null
                  || claims.getString("jti") == null
                  || claims.getString("sid") == null
                  || claims.getLong("exp") == null) {
                return Future.failedFuture(Failure.TOKEN_INVALID.exception());
              }
              Instant expiry = Instant.ofEpochSecond(claims.getLong("exp"));
              if (!expiry.isAfter(Instant.now())) {
                return Future.failedFuture(Failure.TOKEN_EXPIRED.exception());
              }
              User user = Avatars.user(claims.getString("sub"), claims.getString("nickname"));
              Verified verified =
                  new Verified(user, claims.getString("jti"), claims.getString("sid"), expiry);
              return refuseRevoked(verified);
            });
  }

  /** All tokens of a sign-in; one that is not shown is not known here. */
  public Future<Void> revokeSignIn(String signIn) {
    return redis.run(Command.SET, SIGNED_OUT + signIn, "1", "EX", ttl.toSeconds() + 1).mapEmpty();
  }

  public Future<Void> revoke(Verified token) {
    long left = Math.max(1, Duration.between(Instant.now(), token.expiresAt()).toSeconds() + 1);
    return redis
        // Gateways of an older version ask for nothing else.
        .run(Command.SET, REVOKED + token.tokenId(), "1", "EX", left)
        .compose(done -> revokeSignIn(token.signIn()));
  }

  private Future<Verified> refuseRevoked(Verified token) {
    return redis
        .run(Command.EXISTS, REVOKED + token.tokenId(), SIGNED_OUT + token.signIn())
        .compose(
            found ->
                found.toInteger() == 0
                    ? Future.succeededFuture(token)
                    : Future.failedFuture(Failure.TOKEN_REVOKED.exception()));
  }

  private static PubSecKeyOptions key(String pem) {
    return new PubSecKeyOptions().setAlgorithm(ALGORITHM).setBuffer(pem);
  }
}

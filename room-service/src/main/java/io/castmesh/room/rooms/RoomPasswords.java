package io.castmesh.room.rooms;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Hashes and checks passwords of rooms (PBKDF2, RFC 8018) on worker threads. A room lasts for hours
 * and its password is shared by many: fewer iterations than for accounts do.
 */
final class RoomPasswords {
  private static final int ITERATIONS = 20_000;
  private static final int BITS = 256;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Vertx vertx;

  RoomPasswords(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Null for no password. */
  Future<String> hash(String password) {
    if (password == null || password.isEmpty()) {
      return Future.succeededFuture();
    }
    return vertx.executeBlocking(
        () -> {
          byte[] salt = new byte[16];
          RANDOM.nextBytes(salt);
          Base64.Encoder text = Base64.getEncoder();
          return text.encodeToString(salt) + ":" + text.encodeToString(derive(password, salt));
        },
        false);
  }

  Future<Boolean> matches(String password, String hash) {
    if (hash == null) {
      return Future.succeededFuture(true);
    }
    if (password == null) {
      return Future.succeededFuture(false);
    }
    return vertx.executeBlocking(
        () -> {
          String[] parts = hash.split(":");
          byte[] salt = Base64.getDecoder().decode(parts[0]);
          byte[] wanted = Base64.getDecoder().decode(parts[1]);
          return MessageDigest.isEqual(wanted, derive(password, salt));
        },
        false);
  }

  private static byte[] derive(String password, byte[] salt) throws GeneralSecurityException {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, BITS);
    return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
  }
}

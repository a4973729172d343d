package io.castmesh.gateway.account;

import io.castmesh.contract.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id (RFC 9106) with 19 MiB, two passes, one lane, encoded as other libraries do. Hashing is
 * slow on purpose, so it has a small worker pool and a bounded queue of its own.
 */
public final class Passwords implements AutoCloseable {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int THREADS = 2;
  private static final int WAITING = 64;

  private final WorkerExecutor workers;
  private final AtomicInteger waiting = new AtomicInteger();
  private final SecureRandom random = new SecureRandom();

  public Passwords(Vertx vertx) {
    workers = vertx.createSharedWorkerExecutor("passwords", THREADS);
  }

  /**
   * The first one costs ten times as much, most of it for the compiler: seconds on a busy machine.
   * Nobody who signs in is to pay for it.
   */
  public Future<Void> warmUp() {
    return hash("").mapEmpty();
  }

  public Future<String> hash(String password) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return run(
        () -> {
          Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
          return "$argon2id$v=19$m="
              + MEMORY_KIB
              + ",t="
              + PASSES
              + ",p=1$"
              + base64.encodeToString(salt)
              + "$"
              + base64.encodeToString(argon2(password, salt, MEMORY_KIB, PASSES, HASH_BYTES));
        });
  }

  /**
   * @param encoded null takes as long and answers false: who asks cannot tell that there is no such
   *     account
   */
  public Future<Boolean> verify(String password, String encoded) {
    return run(
        () -> {
          if (encoded == null) {
            argon2(password, new byte[SALT_BYTES], MEMORY_KIB, PASSES, HASH_BYTES);
            return false;
          }
          String[] parts = encoded.split("\\$", -1);
          String[] costs = parts[3].split("[=,]", -1);
          byte[] salt = Base64.getDecoder().decode(parts[4]);
          byte[] expected = Base64.getDecoder().decode(parts[5]);
          byte[] actual =
              argon2(
                  password,
                  salt,
                  Integer.parseInt(costs[1]),
                  Integer.parseInt(costs[3]),
                  expected.length);
          return MessageDigest.isEqual(expected, actual);
        });
  }

  @Override
  public void close() {
    workers.close();
  }

  private <T> Future<T> run(Callable<T> work) {
    if (waiting.incrementAndGet() > WAITING) {
      waiting.decrementAndGet();
      return Future.failedFuture(Failure.TOO_MANY_REQUESTS.exception());
    }
    return workers.executeBlocking(work, false).onComplete(done -> waiting.decrementAndGet());
  }

  private static byte[] argon2(String password, byte[] salt, int kib, int passes, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(kib)
            .withIterations(passes)
            .withParallelism(1)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    return hash;
  }
}

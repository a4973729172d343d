package io.castmesh.runtime.cluster.door;

import com.hazelcast.internal.networking.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What the two handlers of one connection share: the engine, and who of them waits for the other.
 * Each of them runs on the thread that its pipeline has at the moment, both at the same time; the
 * engine takes calls from both.
 *
 * <p>Thread-safe.
 */
final class TlsLink {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** What a member of Hazelcast hears from a port that is not for it. */
  private static final byte[] UNEXPECTED_PROTOCOL = "HZX".getBytes(StandardCharsets.US_ASCII);

  private final Channel channel;
  private final SSLEngine engine;
  private final Executor computing;
  private final Consumer<IOException> failed;
  private final AtomicBoolean computes = new AtomicBoolean();
  private final AtomicBoolean hasFailed = new AtomicBoolean();
  private volatile boolean established;
  private volatile boolean inTheClear;
  private volatile boolean readerWaits;
  private volatile IOException failure;

  /**
   * @param computing for keys and signatures, which would hold up the other connections of a thread
   * @param failed hears once why; closes the connection, should the other side read nothing more
   */
  TlsLink(Channel channel, SSLEngine engine, Executor computing, Consumer<IOException> failed)
      throws SSLException {
    this.channel = channel;
    this.engine = engine;
    this.computing = computing;
    this.failed = failed;
    engine.setUseClientMode(channel.isClientMode());
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setNeedClientAuth(true);
    engine.beginHandshake();
  }

  SSLEngine engine() {
    return engine;
  }

  /** Null: all is well. */
  IOException failure() {
    return failure;
  }

  boolean established() {
    return established;
  }

  /** Looks at what the engine has to say after a step. */
  void stepped(HandshakeStatus status) {
    if (status == HandshakeStatus.FINISHED) {
      established = true;
      channel.inboundPipeline().wakeup();
      channel.outboundPipeline().wakeup();
    }
  }

  /** Lets the engine compute; both handlers are called when it has. */
  void compute() {
    if (!computes.compareAndSet(false, true)) {
      return;
    }
    computing.execute(
        () -> {
          try {
            Runnable task;
            while ((task = engine.getDelegatedTask()) != null) {
              task.run();
            }
          } finally {
            computes.set(false);
            channel.inboundPipeline().wakeup();
            channel.outboundPipeline().wakeup();
          }
        });
  }

  /** The engine reads on when it has written what is due. */
  void readAfterWriting() {
    readerWaits = true;
    channel.outboundPipeline().wakeup();
  }

  /** After each turn of the one who writes. */
  void wrote() {
    if (readerWaits && engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      readerWaits = false;
      channel.inboundPipeline().wakeup();
    }
  }

  /** Nothing more is read; the other side is told why, then the connection ends. */
  void fail(IOException reason) {
    if (hasFailed.compareAndSet(false, true)) {
      failure = reason;
      failed.accept(reason);
      channel.outboundPipeline().wakeup();
    }
  }

  /** The other side does without TLS. */
  void failInTheClear() {
    inTheClear = true;
    fail(new SSLException("it does without TLS: is cluster.tls-* set there?"));
  }

  /** What is said without TLS to one who has none; empty: an alert of the engine's is said. */
  byte[] lastWord() {
    return inTheClear && !channel.isClientMode() ? UNEXPECTED_PROTOCOL : new byte[0];
  }

  boolean inTheClear() {
    return inTheClear;
  }
}

package io.castmesh.runtime.cluster.door;

import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import com.hazelcast.internal.nio.IOUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Opens what comes from the socket. Keeps one record that the next handler has no room for; until
 * it has, nothing more is opened.
 */
final class TlsDecoder extends InboundHandler<ByteBuffer, ByteBuffer> {
  /** The types of TLS records (RFC 8446, section 5.1): 20 to 24. */
  private static final int FIRST_TYPE = 20;

  private static final int LAST_TYPE = 24;

  private final TlsLink link;
  private final SSLEngine engine;
  private ByteBuffer opened;
  private boolean begun;

  TlsDecoder(TlsLink link) {
    this.link = link;
    this.engine = link.engine();
  }

  @Override
  public void handlerAdded() {
    int record = engine.getSession().getPacketBufferSize();
    initSrcBuffer(Math.max(2 * record, channel.options().getOption(ChannelOption.SO_RCVBUF)));
    opened = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
  }

  @Override
  public HandlerStatus onRead() throws IOException {
    src.flip();
    try {
      if (link.failure() != null) {
        src.position(src.limit());
        return HandlerStatus.BLOCKED;
      }
      return open();
    } catch (SSLException e) {
      link.fail(e);
      return HandlerStatus.BLOCKED;
    } finally {
      IOUtil.compactOrClear(src);
    }
  }

  private HandlerStatus open() throws IOException {
    while (true) {
      if (!handOver()) {
        return HandlerStatus.DIRTY;
      }
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        link.compute();
        return HandlerStatus.BLOCKED;
      }
      if (status == HandshakeStatus.NEED_WRAP && !link.established()) {
        link.readAfterWriting();
        return HandlerStatus.BLOCKED;
      }
      if (!begun && src.hasRemaining()) {
        begun = true;
        int type = src.get(src.position());
        if (type < FIRST_TYPE || type > LAST_TYPE) {
          link.failInTheClear();
          return HandlerStatus.BLOCKED;
        }
      }
      opened.clear();
      SSLEngineResult result;
      try {
        result = engine.unwrap(src, opened);
      } finally {
        opened.flip();
      }
      link.stepped(result.getHandshakeStatus());
      switch (result.getStatus()) {
        case BUFFER_UNDERFLOW -> {
          if (src.remaining() == src.capacity()) {
            throw new SSLException("a record that is larger than TLS allows");
          }
          return HandlerStatus.CLEAN;
        }
        case BUFFER_OVERFLOW -> enlarge();
        case CLOSED -> throw new EOFException("the other side has ended the connection");
        case OK -> {
          if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            link.readAfterWriting();
          }
          if (result.bytesConsumed() == 0
              && result.bytesProduced() == 0
              && !isBusy(engine.getHandshakeStatus())) {
            return HandlerStatus.CLEAN;
          }
        }
      }
    }
  }

  /** Something of its own is due, and it reads on afterwards. */
  private static boolean isBusy(HandshakeStatus status) {
    return status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP;
  }

  /** The engine has told a size that it does not hold to, as it may. */
  private void enlarge() throws SSLException {
    int size = engine.getSession().getApplicationBufferSize();
    if (size <= opened.capacity()) {
      throw new SSLException("a record that is larger than it says");
    }
    opened = ByteBuffer.allocate(size).flip();
  }

  /**
   * Gives the next handler what it has room for.
   *
   * @return whether all is given
   */
  private boolean handOver() throws IOException {
    if (!opened.hasRemaining()) {
      return true;
    }
    int size = Math.min(opened.remaining(), dst.remaining());
    if (size == 0) {
      // Each handler makes room when it is called; the pipeline would ask without end.
      throw new IOException("what follows takes nothing");
    }
    dst.put(dst.position(), opened, opened.position(), size);
    dst.position(dst.position() + size);
    opened.position(opened.position() + size);
    return !opened.hasRemaining();
  }
}

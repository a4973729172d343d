package io.castmesh.runtime.cluster.door;

import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import com.hazelcast.internal.nio.IOUtil;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Seals what goes to the socket, and says what the handshake has to. */
final class TlsEncoder extends OutboundHandler<ByteBuffer, ByteBuffer> {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final TlsLink link;
  private final SSLEngine engine;
  private int record;
  private boolean lastWordSaid;

  TlsEncoder(TlsLink link) {
    this.link = link;
    this.engine = link.engine();
  }

  @Override
  public void handlerAdded() {
    record = engine.getSession().getPacketBufferSize();
    initDstBuffer(Math.max(2 * record, channel.options().getOption(ChannelOption.SO_SNDBUF)));
  }

  @Override
  public HandlerStatus onWrite() {
    IOUtil.compactOrClear(dst);
    try {
      if (link.failure() == null) {
        try {
          return seal();
        } catch (SSLException e) {
          link.fail(e);
        }
      }
      return end();
    } finally {
      dst.flip();
      link.wrote();
    }
  }

  private HandlerStatus seal() throws SSLException {
    while (true) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        link.compute();
        return HandlerStatus.BLOCKED;
      }
      if (status != HandshakeStatus.NEED_WRAP) {
        if (!link.established()) {
          return HandlerStatus.BLOCKED;
        }
        if (!src.hasRemaining()) {
          return HandlerStatus.CLEAN;
        }
      }
      if (dst.remaining() < record) {
        return HandlerStatus.DIRTY;
      }
      SSLEngineResult result = engine.wrap(src, dst);
      link.stepped(result.getHandshakeStatus());
      if (result.getStatus() != SSLEngineResult.Status.OK) {
        throw new SSLException("cannot be sealed: " + result.getStatus());
      }
    }
  }

  /** Says why. The connection ends soon after: at once, the other side would not read it. */
  private HandlerStatus end() {
    if (!lastWordSaid) {
      lastWordSaid = true;
      sayLastWord();
    }
    return HandlerStatus.BLOCKED;
  }

  private void sayLastWord() {
    byte[] word = link.lastWord();
    if (dst.remaining() < Math.max(word.length, record) || engine.isOutboundDone()) {
      return;
    }
    dst.put(word);
    if (!link.inTheClear()) {
      try {
        engine.closeOutbound();
        engine.wrap(NOTHING, dst);
      } catch (SSLException e) {
        // It has nothing to say, then.
      }
    }
  }
}

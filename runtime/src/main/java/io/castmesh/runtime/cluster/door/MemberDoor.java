package io.castmesh.runtime.cluster.door;

import com.hazelcast.cluster.Address;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.ProtocolException;
import com.hazelcast.spi.impl.executionservice.ExecutionService;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * Makes a member of Hazelcast whose connections with others are encrypted, or are told about when
 * the other side's are and its own are not.
 *
 * <p>One for each member; used by the threads of Hazelcast.
 */
public final class MemberDoor extends DefaultNodeContext {
  /** Who connects says what is due within this time, or is let go. */
  private static final long HANDSHAKE_MILLIS = 10_000;

  /** To read why it is refused. */
  private static final long LAST_WORD_MILLIS = 1_000;

  private static final String SILENT = "it does not say who it is: does it hang?";

  private final SSLContext tls;
  private final Refusals refusals = new Refusals(System::nanoTime);
  private volatile boolean used;

  private MemberDoor(SSLContext tls) {
    this.tls = tls;
  }

  /** Connections in the clear. */
  public static MemberDoor open() {
    return new MemberDoor(null);
  }

  /**
   * Connections with TLS 1.3.
   *
   * @param tls with the key of this member, and the authority of all
   */
  public static MemberDoor locked(SSLContext tls) {
    return new MemberDoor(tls);
  }

  /**
   * @throws IllegalStateException when Hazelcast has made its connections without asking
   */
  public void requireUsed() {
    if (!used) {
      throw new IllegalStateException(
          "this version of Hazelcast does not ask how its connections are made:"
              + " they would not be encrypted");
    }
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new DefaultNodeExtension(node) {
      @Override
      public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
          ServerContext context) {
        used = true;
        Function<EndpointQualifier, ChannelInitializer> plain =
            super.createChannelInitializerFn(context);
        return qualifier -> {
          ChannelInitializer inner = plain.apply(qualifier);
          Caller caller = new Caller(node, context);
          return tls == null
              ? channel -> initPlain(channel, inner, caller)
              : channel -> initTls(channel, inner, caller);
        };
      }
    };
  }

  private void initPlain(Channel channel, ChannelInitializer inner, Caller caller)
      throws Exception {
    inner.initChannel(channel);
    Refusals.Peer peer = Refusals.Peer.of(channel);
    channel.addCloseListener(
        closed -> {
          if (connection(channel).getCloseCause() instanceof ProtocolException) {
            refusals.tell(peer, "it speaks another language: is cluster.tls-* set on both sides?");
            caller.failed(channel);
          }
        });
    if (channel.isClientMode()) {
      caller.after(
          HANDSHAKE_MILLIS,
          () -> {
            if (channel.bytesRead() == 0 && !channel.isClosed()) {
              refusals.tell(peer, SILENT);
              connection(channel).close(null, new IOException(SILENT));
              caller.failed(channel);
            }
          });
    }
  }

  private void initTls(Channel channel, ChannelInitializer inner, Caller caller) throws Exception {
    Refusals.Peer peer = Refusals.Peer.of(channel);
    TlsLink link =
        new TlsLink(
            channel,
            tls.createSSLEngine(),
            caller.context::submitAsync,
            reason -> {
              refusals.tell(peer, Refusals.why(reason));
              caller.failed(channel);
              caller.after(LAST_WORD_MILLIS, () -> connection(channel).close(null, reason));
            });
    // Next to the socket: the first one of what comes in, the last one of what goes out.
    channel.inboundPipeline().addLast(new TlsDecoder(link));
    inner.initChannel(channel);
    channel.outboundPipeline().addLast(new TlsEncoder(link));
    caller.after(
        HANDSHAKE_MILLIS,
        () -> {
          if (!link.established() && !channel.isClosed()) {
            link.fail(new IOException(SILENT));
          }
        });
  }

  private static ServerConnection connection(Channel channel) {
    return (ServerConnection) channel.attributeMap().get(ServerConnection.class);
  }

  /** What of Hazelcast is needed around a connection. */
  private record Caller(Node node, ServerContext context) {
    /**
     * As if nobody listened there: a member that starts waits for those that do, without end, and
     * begins a cluster of its own where none does. Both find each other once they can.
     */
    void failed(Channel channel) {
      if (channel.attributeMap().get(Address.class) instanceof Address wanted) {
        context.onFailedConnection(wanted);
      }
    }

    void after(long millis, Runnable work) {
      node.getNodeEngine()
          .getExecutionService()
          .schedule(ExecutionService.IO_EXECUTOR, work, millis, TimeUnit.MILLISECONDS);
    }
  }
}

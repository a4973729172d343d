package io.castmesh.medianode.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.medianode.engine.net.Route;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** TCP connections without sockets. */
class StreamConnectionsTest {
  private static final InetSocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<Route> closed = new ArrayList<>();

  private final StreamConnections connections =
      new StreamConnections(
          new Reactor.Work() {
            @Override
            public void onDatagram(byte[] data, int length, Route from) {}

            @Override
            public void onRouteClosed(Route route) {
              closed.add(route);
            }

            @Override
            public void onBurstEnd() {}

            @Override
            public void onTick() {}
          },
          10);

  private final class Unconnected extends StreamConnection {
    Unconnected() {
      super(connections, HERE, HERE, MediaLoop.now());
    }

    @Override
    int write(byte[] data, int offset, int length) {
      return length;
    }

    @Override
    void closeSocket() {}
  }

  @Test
  void whoIsSilentForHalfAMinuteIsClosed() {
    // given
    long before = MediaLoop.now();
    StreamConnection connection = new Unconnected();
    connections.add(connection);
    connection.trust();

    // when
    connections.tick(before + 29 * SECOND);

    // then
    assertThat(closed).isEmpty();

    // when
    connections.tick(MediaLoop.now() + 30 * SECOND);

    // then
    assertThat(closed).containsExactly(connection);
    assertThat(connections.count()).isZero();
  }
}

package io.castmesh.medianode.engine.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends datagrams that follow each other to the same address with one system call, when they are
 * equal in size; only the last may be shorter (UDP generic segmentation offload, udp(7), {@code
 * UDP_SEGMENT}). What a system call costs is mostly the way through the network stack, which such a
 * run takes once.
 *
 * <p>The segment size is an option of the socket: packets that are not larger are sent as they are.
 * So it is set only when the size changes, once for all viewers of a frame. A run is refused where
 * a packet of it would not pass in one piece, or a network device knows no runs: who is behind that
 * gets single packets for a while, and nobody else. Owned by the loop.
 */
final class SegmentedSender {
  private static final Logger log = LoggerFactory.getLogger(SegmentedSender.class);

  // linux/udp.h
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;

  /** A datagram's largest payload; the kernel's bound for a run. */
  private static final int MAX_RUN = 65_000;

  /** The kernel of Linux 4.18, which has it first, takes no more. */
  private static final int MAX_SEGMENTS = 64;

  /** Whoever took no run is sent one again after so long: routes change. */
  private static final long ONE_BY_ONE_FOR = TimeUnit.SECONDS.toNanos(30);

  /** Beyond that, who refused the longest ago is sent a run again. */
  private static final int MOST_REFUSING = 4_096;

  private final Socket socket;
  private final ByteBuf run = PooledByteBufAllocator.DEFAULT.directBuffer(MAX_RUN);
  private final Counter failures = new Counter();
  private final boolean segmenting = EpollDatagramChannel.isSegmentedDatagramPacketSupported();

  /** Where runs were refused, and until when none is tried; the longest ago first. */
  private final Map<InetSocketAddress, Long> refusing = new LinkedHashMap<>();

  /** When the first of them is over. */
  private long nextEnd;

  private int socketSegment;
  private InetSocketAddress destination;

  /** Whether packets to the destination may wait for those that follow. */
  private boolean inRuns;

  private int segment;
  private int segments;
  private int length;
  private boolean congested;

  SegmentedSender(FileDescriptor socket) {
    this.socket = (Socket) socket;
  }

  /** Takes a datagram; false when it is lost already. */
  boolean send(byte[] data, int offset, int size, InetSocketAddress to) {
    boolean follows =
        segments > 0
            && size <= segment
            && segments < MAX_SEGMENTS
            && length + size <= MAX_RUN
            && (to == destination || to.equals(destination));
    if (!follows) {
      flush();
      destination = to;
      segment = size;
      inRuns = segmenting && takesRuns(to);
    }
    run.setBytes(length, data, offset, size);
    length += size;
    segments++;
    return size < segment || !inRuns ? flush() : true;
  }

  private boolean takesRuns(InetSocketAddress to) {
    if (refusing.isEmpty()) {
      return true;
    }
    if (MediaLoop.now() - nextEnd >= 0) {
      forgetRefusals(MediaLoop.now());
    }
    return !refusing.containsKey(to);
  }

  private void forgetRefusals(long now) {
    Iterator<Long> ends = refusing.values().iterator();
    while (ends.hasNext()) {
      nextEnd = ends.next();
      if (now - nextEnd < 0) {
        return;
      }
      ends.remove();
    }
  }

  /** Sends what is held back; false when the system did not take it. */
  boolean flush() {
    if (segments == 0) {
      return true;
    }
    int lost = segments;
    try {
      setSegment();
      if (trySend(0, length)) {
        lost = 0;
      }
    } catch (IOException e) {
      lost = segments > 1 || socketSegment > 0 ? oneByOne(e) : 1;
    } finally {
      segments = 0;
      length = 0;
    }
    if (lost > 0) {
      failures.add(lost);
    }
    return lost == 0;
  }

  private void setSegment() throws IOException {
    if (!inRuns) {
      setSegment(0);
    } else if (segments > 1 || (socketSegment > 0 && length > socketSegment)) {
      setSegment(segment);
    }
  }

  private void setSegment(int size) throws IOException {
    if (size != socketSegment) {
      socket.setIntOpt(SOL_UDP, UDP_SEGMENT, size);
      socketSegment = size;
    }
  }

  /**
   * A run was refused, or a packet because it would have been too large for a part of one, which
   * older systems do. Nobody takes anything for a destination that cannot be reached.
   */
  private int oneByOne(IOException refusal) {
    int taken = 0;
    try {
      setSegment(0);
      for (int at = 0; at < length; at += segment) {
        taken += trySend(at, Math.min(length, at + segment)) ? 1 : 0;
      }
    } catch (IOException unreachable) {
      log.debug("cannot send to {}: {}", destination, unreachable.getMessage());
    }
    if (taken > 0) {
      log.debug("one by one to {} for a while: {}", destination, refusal.getMessage());
      if (refusing.size() >= MOST_REFUSING) {
        refusing.remove(refusing.keySet().iterator().next());
      }
      long end = MediaLoop.now() + ONE_BY_ONE_FOR;
      nextEnd = refusing.isEmpty() ? end : nextEnd;
      refusing.put(destination, end);
    }
    return segments - taken;
  }

  /** Waits for room as long as that is worth it; see {@link NioDatagramPort}. */
  private boolean trySend(int from, int to) throws IOException {
    for (int attempt = 0; ; attempt++) {
      int sent =
          socket.sendToAddress(
              run.memoryAddress(), from, to, destination.getAddress(), destination.getPort());
      if (sent > 0) {
        congested = false;
        return true;
      }
      if (congested || attempt == MediaLoop.SEND_ATTEMPTS) {
        congested = true;
        return false;
      }
      LockSupport.parkNanos(MediaLoop.SEND_PAUSE);
    }
  }

  /** Afterwards nothing can be sent. */
  void release() {
    run.release();
  }

  long failures() {
    return failures.get();
  }
}

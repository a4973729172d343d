package io.castmesh.gateway.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The latest events of one session, for a client that returns. Bounded in number and size; the
 * oldest go first.
 */
final class ResumeBuffer {
  private final int maxEvents;
  private final int maxBytes;
  private final Deque<String> frames = new ArrayDeque<>();
  private long lastSeq;
  private long bytes;

  /**
   * @param maxBytes as UTF-8
   * @param latest frames of the events up to {@code lastSeq}
   */
  ResumeBuffer(int maxEvents, int maxBytes, List<String> latest, long lastSeq) {
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
    this.lastSeq = lastSeq - latest.size();
    latest.forEach(this::add);
  }

  long lastSeq() {
    return lastSeq;
  }

  /**
   * Takes the frame of the event {@code lastSeq() + 1}.
   *
   * @return how many old ones had to go
   */
  int add(String frame) {
    lastSeq++;
    frames.add(frame);
    bytes += Outbox.utf8Length(frame);
    int gone = 0;
    while (frames.size() > maxEvents || (bytes > maxBytes && frames.size() > 1)) {
      bytes -= Outbox.utf8Length(frames.poll());
      gone++;
    }
    return gone;
  }

  /** The frames after one that the client has seen; empty when they are no longer all there. */
  Optional<List<String>> after(long seenSeq) {
    long missed = lastSeq - seenSeq;
    if (missed < 0 || missed > frames.size()) {
      return Optional.empty();
    }
    return Optional.of(frames.stream().skip(frames.size() - missed).toList());
  }
}

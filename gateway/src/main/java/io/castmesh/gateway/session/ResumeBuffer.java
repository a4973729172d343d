package io.castmesh.gateway.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The latest events of one session, for a client that returns. Bounded; the oldest go first. */
final class ResumeBuffer {
  private final int maxEvents;
  private final Deque<String> frames = new ArrayDeque<>();
  private long lastSeq;

  ResumeBuffer(int maxEvents) {
    this.maxEvents = maxEvents;
  }

  long lastSeq() {
    return lastSeq;
  }

  /** Takes the frame of the event {@code lastSeq() + 1}. */
  void add(String frame) {
    lastSeq++;
    frames.add(frame);
    if (frames.size() > maxEvents) {
      frames.poll();
    }
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

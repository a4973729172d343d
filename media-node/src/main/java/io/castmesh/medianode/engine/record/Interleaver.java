package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;
import io.castmesh.medianode.engine.container.MediaFrame;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Puts audio and video into one order of time: a frame goes out when the other track is as far, or
 * when that is not to be expected: it is slow, or has nothing to give. Belongs to the writer.
 */
final class Interleaver {
  /** Longer than video waits for lost packets. */
  static final long MAX_HOLD_MILLIS = 1000;

  /** However little time they take: a second of sound and picture has fewer. */
  static final int MAX_HELD_FRAMES = 1000;

  private static final long MAX_HELD_BYTES = 4 << 20;

  private final Deque<MediaFrame> audio = new ArrayDeque<>();
  private final Deque<MediaFrame> video = new ArrayDeque<>();
  private long newestAudio;
  private long newestVideo;
  private long heldBytes;

  /** Sound may come out of order, by a little. */
  void add(MediaFrame frame) {
    heldBytes += frame.data().length;
    if (frame.kind() == MediaKind.VIDEO) {
      video.add(frame);
      newestVideo = Math.max(newestVideo, frame.timeMillis());
      return;
    }
    Deque<MediaFrame> later = new ArrayDeque<>();
    while (!audio.isEmpty() && audio.peekLast().timeMillis() > frame.timeMillis()) {
      later.push(audio.removeLast());
    }
    audio.add(frame);
    audio.addAll(later);
    newestAudio = Math.max(newestAudio, frame.timeMillis());
  }

  /** The next frame that may be written; null while it is better to wait. */
  MediaFrame poll() {
    MediaFrame first = earliest();
    if (first == null) {
      return null;
    }
    boolean bothKnown = !audio.isEmpty() && !video.isEmpty();
    long newest = Math.max(newestAudio, newestVideo);
    long behind = newest - Math.min(newestAudio, newestVideo);
    boolean waitedLongEnough = newest - first.timeMillis() >= MAX_HOLD_MILLIS;
    return bothKnown || waitedLongEnough || behind >= MAX_HOLD_MILLIS || holdsTooMuch()
        ? remove(first)
        : null;
  }

  private boolean holdsTooMuch() {
    return audio.size() + video.size() > MAX_HELD_FRAMES || heldBytes > MAX_HELD_BYTES;
  }

  /** The next frame at the end of the recording; null when all are out. */
  MediaFrame drain() {
    MediaFrame first = earliest();
    return first == null ? null : remove(first);
  }

  private MediaFrame earliest() {
    MediaFrame a = audio.peek();
    MediaFrame v = video.peek();
    if (a == null || v == null) {
      return a == null ? v : a;
    }
    return a.timeMillis() < v.timeMillis() ? a : v;
  }

  private MediaFrame remove(MediaFrame frame) {
    heldBytes -= frame.data().length;
    return frame.kind() == MediaKind.AUDIO ? audio.remove() : video.remove();
  }
}

package io.castmesh.vod.recording;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a browser can seek in a WebM file: it says how long it is, and where its cues are. Reads
 * the head of the file only (<a href="https://www.rfc-editor.org/rfc/rfc9559">RFC 9559</a>, and
 * EBML: RFC 8794).
 *
 * @param hasDuration the segment's Info has a Duration above zero
 * @param hasCues the Cues stand where the SeekHead says, or before the first Cluster
 */
public record WebmLayout(boolean hasDuration, boolean hasCues) {
  private static final int EBML = 0x1A45DFA3;
  private static final int SEGMENT = 0x18538067;
  private static final int SEEK_HEAD = 0x114D9B74;
  private static final int SEEK = 0x4DBB;
  private static final int SEEK_ID = 0x53AB;
  private static final int SEEK_POSITION = 0x53AC;
  private static final int INFO = 0x1549A966;
  private static final int DURATION = 0x4489;
  private static final int CUES = 0x1C53BB6B;
  private static final int CLUSTER = 0x1F43B675;

  private static final int HEAD_BYTES = 1 << 16;
  private static final int MAX_ELEMENTS = 1000;
  private static final long UNKNOWN = -1;

  /** An element's head: where its content begins, and how long it is; {@link #UNKNOWN}. */
  private record Element(int id, long begin, long length) {
    long end() {
      return begin + length;
    }
  }

  /** Good for playing and seeking as it is. */
  public boolean seekable() {
    return hasDuration && hasCues;
  }

  /** A file that is not WebM, or is cut off before it says anything, has neither. */
  public static WebmLayout read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Reader(channel).read();
    } catch (EOFException e) {
      return new WebmLayout(false, false);
    }
  }

  /** Walks over the elements of one file. */
  private static final class Reader {
    private final FileChannel channel;
    private boolean duration;
    private boolean cues;

    Reader(FileChannel channel) {
      this.channel = channel;
    }

    WebmLayout read() throws IOException {
      Element head = element(0);
      if (head.id() != EBML || head.length() == UNKNOWN) {
        return new WebmLayout(false, false);
      }
      Element segment = element(head.end());
      if (segment.id() != SEGMENT) {
        return new WebmLayout(false, false);
      }
      long at = segment.begin();
      for (int i = 0; i < MAX_ELEMENTS && at < channel.size(); i++) {
        Element child = element(at);
        if (child.id() == CLUSTER || child.length() == UNKNOWN) {
          break;
        }
        switch (child.id()) {
          case SEEK_HEAD -> seekHead(child, segment.begin());
          case INFO -> info(child);
          case CUES -> cues = child.end() <= channel.size();
          default -> {}
        }
        at = child.end();
      }
      return new WebmLayout(duration, cues);
    }

    private void info(Element info) throws IOException {
      for (long at = info.begin(); at < info.end(); ) {
        Element child = element(at);
        if (child.id() == DURATION) {
          ByteBuffer value = bytes(child.begin(), (int) Math.min(child.length(), 8));
          duration = (child.length() == 4 ? value.getFloat() : value.getDouble()) > 0;
        }
        at = next(child);
      }
    }

    private void seekHead(Element seekHead, long base) throws IOException {
      for (long at = seekHead.begin(); at < seekHead.end(); ) {
        Element seek = element(at);
        if (seek.id() == SEEK) {
          long id = 0;
          long position = UNKNOWN;
          for (long inner = seek.begin(); inner < seek.end(); ) {
            Element field = element(inner);
            if (field.id() == SEEK_ID) {
              id = number(field);
            } else if (field.id() == SEEK_POSITION) {
              position = number(field);
            }
            inner = next(field);
          }
          cues |= id == CUES && position != UNKNOWN && standAt(base + position);
        }
        at = next(seek);
      }
    }

    private boolean standAt(long position) throws IOException {
      if (position < 0 || position + 5 > channel.size()) {
        return false;
      }
      Element found = element(position);
      return found.id() == CUES && found.length() > 0 && found.end() <= channel.size();
    }

    private static long next(Element element) throws IOException {
      if (element.length() == UNKNOWN) {
        throw new EOFException();
      }
      return element.end();
    }

    private long number(Element element) throws IOException {
      ByteBuffer value = bytes(element.begin(), (int) Math.min(element.length(), 8));
      long number = 0;
      while (value.hasRemaining()) {
        number = number << 8 | (value.get() & 0xff);
      }
      return number;
    }

    private Element element(long at) throws IOException {
      ByteBuffer head = bytes(at, (int) Math.min(12, channel.size() - at));
      int idLength = vintLength(head.get(0), 4);
      int id = 0;
      for (int i = 0; i < idLength; i++) {
        id = id << 8 | (need(head) & 0xff);
      }
      int first = need(head) & 0xff;
      int sizeLength = vintLength((byte) first, 8);
      long size = first & (0xff >> sizeLength);
      boolean unknown = size == (0xff >> sizeLength);
      for (int i = 1; i < sizeLength; i++) {
        int next = need(head) & 0xff;
        unknown &= next == 0xff;
        size = size << 8 | next;
      }
      return new Element(id, at + idLength + sizeLength, unknown ? UNKNOWN : size);
    }

    private static int vintLength(byte first, int max) throws IOException {
      int length = Integer.numberOfLeadingZeros(first & 0xff) - 23;
      if (length > max) {
        throw new EOFException();
      }
      return length;
    }

    private static byte need(ByteBuffer buffer) throws IOException {
      if (!buffer.hasRemaining()) {
        throw new EOFException();
      }
      return buffer.get();
    }

    private ByteBuffer bytes(long at, int length) throws IOException {
      if (length <= 0 || length > HEAD_BYTES) {
        throw new EOFException();
      }
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw new EOFException();
        }
      }
      return buffer.flip();
    }
  }
}

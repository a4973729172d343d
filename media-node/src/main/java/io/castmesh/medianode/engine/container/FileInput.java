package io.castmesh.medianode.engine.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is read in pieces, mostly from front to back. Belongs to one thread. */
public final class FileInput implements Closeable {
  private static final int BUFFER = 64 << 10;

  private final FileChannel file;
  private final long size;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

  /** Where in the file the buffer begins. */
  private long bufferAt;

  /**
   * @throws IOException when there is no such file, or it may not be read
   */
  public FileInput(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.READ);
    size = file.size();
  }

  /** When it was opened: what is written later is not looked at. */
  public long size() {
    return size;
  }

  public long position() {
    return bufferAt + buffer.position();
  }

  public long remaining() {
    return size - position();
  }

  /** Goes there; a place outside of the file, as damage names them, is its end. */
  public void seek(long wanted) {
    long position = wanted < 0 ? size : Math.min(wanted, size);
    if (position >= bufferAt && position <= bufferAt + buffer.limit()) {
      buffer.position((int) (position - bufferAt));
    } else {
      bufferAt = position;
      buffer.limit(0);
    }
  }

  public void skip(long bytes) {
    seek(position() + bytes);
  }

  private void fill() throws IOException {
    bufferAt = position();
    buffer.clear();
    int read = bufferAt < size ? file.read(buffer, bufferAt) : -1;
    buffer.flip();
    if (read <= 0) {
      throw new java.io.EOFException();
    }
  }

  /** The next byte, 0 to 255. */
  public int octet() throws IOException {
    if (!buffer.hasRemaining()) {
      fill();
    }
    return buffer.get() & 0xFF;
  }

  /** A big-endian number. */
  public long number(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | octet();
    }
    return value;
  }

  public byte[] bytes(int count) throws IOException {
    if (count < 0 || count > remaining()) {
      throw new java.io.EOFException();
    }
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      int part = Math.min(count - at, buffer.remaining());
      buffer.get(bytes, at, part);
      at += part;
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

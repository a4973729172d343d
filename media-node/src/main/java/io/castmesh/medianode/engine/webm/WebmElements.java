package io.castmesh.medianode.engine.webm;

import io.castmesh.medianode.engine.container.FileInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Goes through the elements of one master element, in whatever order they stand. */
final class WebmElements {
  /** No value that we look at is larger. */
  private static final int MAX_VALUE = 64 << 10;

  private final FileInput in;
  private final long end;
  private long next;
  private int id;
  private long contentAt;

  WebmElements(FileInput in, long end) {
    this.in = in;
    this.end = Math.min(end, in.size());
    this.next = in.position();
  }

  /** Moves on; false at the end. */
  boolean next() throws IOException {
    if (next >= end) {
      return false;
    }
    in.seek(next);
    int first = in.octet();
    int idMore = Math.min(3, Integer.numberOfLeadingZeros(first) - 24);
    id = first << 8 * idMore | (int) in.number(idMore);
    int sizeFirst = in.octet();
    int sizeMore = Integer.numberOfLeadingZeros(sizeFirst) - 24;
    if (sizeMore > 7) {
      return false;
    }
    long size = (sizeFirst & (0x7FL >> sizeMore)) << 8 * sizeMore | in.number(sizeMore);
    contentAt = in.position();
    next = contentAt + size;
    return next <= end && next >= contentAt;
  }

  int id() {
    return id;
  }

  /** Where its content begins, and where it ends, in the file. */
  long contentAt() {
    return contentAt;
  }

  long contentEnd() {
    return next;
  }

  WebmElements children() {
    in.seek(contentAt);
    return new WebmElements(in, next);
  }

  long unsigned() throws IOException {
    in.seek(contentAt);
    return in.number((int) Math.min(8, next - contentAt));
  }

  double number() throws IOException {
    in.seek(contentAt);
    return next - contentAt == 4
        ? Float.intBitsToFloat((int) in.number(4))
        : Double.longBitsToDouble(in.number(8));
  }

  byte[] binary() throws IOException {
    in.seek(contentAt);
    return in.bytes((int) Math.min(MAX_VALUE, next - contentAt));
  }

  String text() throws IOException {
    return new String(binary(), StandardCharsets.US_ASCII).replace("\0", "");
  }
}

package io.castmesh.medianode.engine.dtls;

import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.TlsUtils;

/**
 * How large the messages of a handshake may be. With the first fragment of a message the library
 * makes room for all of it, as long as it says to be: 16 MB for each of sixteen messages of
 * somebody who has not even shown a certificate (CVE-2026-59646, mended in its version 1.85).
 */
final class HandshakeMessages {
  /** Several times the certificate of any browser. */
  static final int MOST_BYTES = 8192;

  private static final int RECORD_HEADER = 13;
  private static final int FRAGMENT_HEADER = 12;

  private HandshakeMessages() {}

  /** Whether all messages that a datagram carries in clear are small enough. */
  static boolean fit(byte[] datagram) {
    int at = 0;
    while (datagram.length - at >= RECORD_HEADER) {
      int length = TlsUtils.readUint16(datagram, at + 11);
      int end = Math.min(datagram.length, at + RECORD_HEADER + length);
      boolean inClear = TlsUtils.readUint16(datagram, at + 3) == 0;
      if (inClear
          && datagram[at] == ContentType.handshake
          && !fit(datagram, at + RECORD_HEADER, end)) {
        return false;
      }
      at = end;
    }
    return true;
  }

  /** Whether the messages are small enough that fragments in a record belong to. */
  static boolean fit(byte[] fragments, int from, int to) {
    int at = from;
    while (to - at >= FRAGMENT_HEADER) {
      if (TlsUtils.readUint24(fragments, at + 1) > MOST_BYTES) {
        return false;
      }
      at += FRAGMENT_HEADER + TlsUtils.readUint24(fragments, at + 9);
    }
    return true;
  }
}

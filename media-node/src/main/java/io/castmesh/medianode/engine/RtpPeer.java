package io.castmesh.medianode.engine;

import java.util.Optional;

/**
 * Plain RTP to and from another machine, without ICE and DTLS, so that servers can be chained and
 * programs that only know RTP take part: two UDP ports for each kind of media (RFC 3551, with the
 * feedback of RFC 4585 where it is agreed), protected by SDES keys (RFC 4568) when that is wanted.
 */
public interface RtpPeer extends SdpPeer {

  /**
   * @param key 16 bytes of key and 14 of salt for what we send with AES_CM_128_HMAC_SHA1_80; empty:
   *     nothing is protected
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never printed
  record Protection(Optional<byte[]> key) {
    public static final int KEY_LENGTH = 30;
    public static final Protection NONE = new Protection(Optional.empty());

    @Override
    public String toString() {
      return key.isPresent() ? "SDES" : "none";
    }
  }
}

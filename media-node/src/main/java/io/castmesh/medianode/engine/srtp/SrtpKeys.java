package io.castmesh.medianode.engine.srtp;

import java.util.Arrays;

/**
 * Master keys and salts of both directions.
 *
 * @param client what the DTLS client writes with
 * @param server what the DTLS server writes with
 */
public record SrtpKeys(SrtpProfile profile, Master client, Master server) {

  /** One direction's master key and salt. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never printed
  public record Master(byte[] key, byte[] salt) {
    @Override
    public String toString() {
      return "Master[secret]";
    }
  }

  /** How many bytes the DTLS exporter must give. */
  public static int exportedLength(SrtpProfile profile) {
    return 2 * (SrtpProfile.KEY_LENGTH + profile.saltLength());
  }

  /** Cuts the exporter's output: both keys, then both salts, client first (RFC 5764 4.2). */
  public static SrtpKeys fromExporter(SrtpProfile profile, byte[] exported) {
    int key = SrtpProfile.KEY_LENGTH;
    int salt = profile.saltLength();
    return new SrtpKeys(
        profile,
        new Master(
            Arrays.copyOfRange(exported, 0, key),
            Arrays.copyOfRange(exported, 2 * key, 2 * key + salt)),
        new Master(
            Arrays.copyOfRange(exported, key, 2 * key),
            Arrays.copyOfRange(exported, 2 * key + salt, 2 * key + 2 * salt)));
  }
}

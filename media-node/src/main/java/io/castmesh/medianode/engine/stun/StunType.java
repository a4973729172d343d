package io.castmesh.medianode.engine.stun;

/** Message and attribute types (RFC 8489 section 18, RFC 8445 section 20). */
final class StunType {
  static final int MAGIC_COOKIE = 0x2112A442;
  static final int HEADER_LENGTH = 20;

  static final int USERNAME = 0x0006;
  static final int MESSAGE_INTEGRITY = 0x0008;
  static final int ERROR_CODE = 0x0009;
  static final int XOR_MAPPED_ADDRESS = 0x0020;
  static final int PRIORITY = 0x0024;
  static final int USE_CANDIDATE = 0x0025;
  static final int FINGERPRINT = 0x8028;
  static final int ICE_CONTROLLED = 0x8029;
  static final int ICE_CONTROLLING = 0x802A;

  static final int FINGERPRINT_XOR = 0x5354554E;

  private StunType() {}
}

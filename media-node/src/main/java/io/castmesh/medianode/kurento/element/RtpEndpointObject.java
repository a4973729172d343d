package io.castmesh.medianode.kurento.element;

import io.castmesh.medianode.engine.RtpPeer;
import io.castmesh.medianode.engine.RtpPeer.Protection;
import io.castmesh.medianode.kurento.object.KurentoError;
import io.castmesh.medianode.kurento.object.KurentoException;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectType;
import io.castmesh.medianode.kurento.object.Params;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** Plain RTP to and from somewhere, or SRTP with keys in the SDP. Kurento: {@code RtpEndpoint}. */
final class RtpEndpointObject extends SdpEndpointObject {
  static final ObjectType TYPE =
      ObjectType.named("RtpEndpoint", "elements", RtpEndpointObject.class)
          .extending(EndpointTypes.BASE_RTP_ENDPOINT)
          .events("OnKeySoftLimit")
          .createdBy(RtpEndpointObject::new);

  private static final String SUITE = "AES_128_CM_HMAC_SHA1_80";
  private static final Set<String> SUITES =
      Set.of(
          "AES_128_CM_HMAC_SHA1_32", SUITE, "AES_256_CM_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_80");

  private final RtpPeer peer;

  private RtpEndpointObject(ObjectHost host, Params params) {
    super(host, TYPE, params);
    params.optionalBool("useIpv6"); // the node has one address, of one family
    Protection protection =
        params
            .optionalObject("crypto")
            .map(Params::properties)
            .map(RtpEndpointObject::protection)
            .orElse(Protection.NONE);
    this.peer = host.engine().createRtpPeer(id(), protection, this);
  }

  /** Kurento: {@code SDES}. */
  private static Protection protection(Params crypto) {
    Optional<String> suite = crypto.optionalName("crypto", "CryptoSuite", SUITES);
    if (suite.isEmpty()) {
      return Protection.NONE;
    }
    if (!suite.get().equals(SUITE)) {
      throw illegal("Crypto suite '" + suite.get() + "' not supported");
    }
    Optional<byte[]> text =
        crypto.optionalString("key").map(key -> key.getBytes(StandardCharsets.UTF_8));
    byte[] key =
        text.or(() -> crypto.optionalString("keyBase64").map(RtpEndpointObject::decoded))
            .orElseGet(RtpEndpointObject::random);
    if (key.length != Protection.KEY_LENGTH) {
      throw illegal("Master key size is wrong");
    }
    return new Protection(Optional.of(key));
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException garbage) {
      throw illegal("Master key size is wrong");
    }
  }

  private static byte[] random() {
    byte[] key = new byte[Protection.KEY_LENGTH];
    new SecureRandom().nextBytes(key);
    return key;
  }

  private static KurentoException illegal(String message) {
    return KurentoError.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR.with(message);
  }

  @Override
  RtpPeer peer() {
    return peer;
  }
}

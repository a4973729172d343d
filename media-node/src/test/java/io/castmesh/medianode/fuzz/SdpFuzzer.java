package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.dtls.Fingerprint;
import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.sdp.LocalDescription;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.PlainNegotiation;
import io.castmesh.medianode.engine.sdp.SdpWriter;
import io.castmesh.medianode.engine.sdp.SessionDescription;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Offers and answers that clients of the protocol hand in; to be refused by one exception only, and
 * answered with little more than they say.
 */
public final class SdpFuzzer {
  /** More than what we say of 128 formats in each of two sections. */
  private static final int OF_OUR_OWN = 65_536;

  private static final LocalDescription LOCAL =
      new LocalDescription(
          1,
          new IceCredentials("ours", "password".repeat(3)),
          new Fingerprint("sha-256", new byte[32]),
          List.of(),
          "cname",
          "stream",
          new LocalDescription.Outgoing(1, 2),
          new LocalDescription.Outgoing(3, 4));

  private SdpFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String sdp = new String(data, StandardCharsets.UTF_8);
    refusedOrRead(() -> answered(sdp));
    refusedOrRead(() -> PlainNegotiation.of(sdp, false));
    refusedOrRead(() -> PlainNegotiation.of(sdp, true));
  }

  private static void answered(String sdp) {
    String answer = SdpWriter.answer(LOCAL, Negotiation.of(SessionDescription.parse(sdp)));
    if (answer.length() > 2 * sdp.length() + OF_OUR_OWN) {
      throw new IllegalStateException(sdp.length() + " characters make " + answer.length());
    }
  }

  private static void refusedOrRead(Runnable reader) {
    try {
      reader.run();
    } catch (SdpException refused) {
      // As it should be.
    }
  }
}

package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.SdpException;
import io.castmesh.medianode.engine.sdp.Negotiation;
import io.castmesh.medianode.engine.sdp.PlainNegotiation;
import io.castmesh.medianode.engine.sdp.SessionDescription;
import java.nio.charset.StandardCharsets;

/** Offers and answers that clients of the protocol hand in; to be refused by one exception only. */
public final class SdpFuzzer {
  private SdpFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String sdp = new String(data, StandardCharsets.UTF_8);
    refusedOrRead(() -> Negotiation.of(SessionDescription.parse(sdp)));
    refusedOrRead(() -> PlainNegotiation.of(sdp, false));
    refusedOrRead(() -> PlainNegotiation.of(sdp, true));
  }

  private static void refusedOrRead(Runnable reader) {
    try {
      reader.run();
    } catch (SdpException refused) {
      // As it should be.
    }
  }
}

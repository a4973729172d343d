package io.castmesh.medianode.fuzz;

import io.castmesh.medianode.engine.ice.IceCredentials;
import io.castmesh.medianode.engine.ice.IceLiteAgent;
import io.castmesh.medianode.engine.net.AnyRoute;
import io.castmesh.medianode.engine.net.Route;
import io.castmesh.medianode.engine.net.Route.Transport;
import io.castmesh.medianode.engine.stun.StunMessage;

/** Whatever may come to the media port with a first byte of 0 to 3. */
public final class StunFuzzer {
  private static final Route SENDER = AnyRoute.from(Transport.UDP, "127.0.0.1", 9);

  private StunFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) {
    StunMessage.parse(data, 0, data.length)
        .ifPresent(
            message -> {
              message.username();
              message.xorMappedAddress();
              message.errorCode();
              message.priority();
              message.hasFingerprint();
              IceLiteAgent agent =
                  new IceLiteAgent(new IceCredentials("ours", "password".repeat(3)));
              agent.setRemote(new IceCredentials("them", "passphrase".repeat(3)));
              if (agent.isAuthentic(message)) {
                throw new IllegalStateException("authentic without the password");
              }
              agent.onCheck(message, SENDER, 1);
              agent.tick(1);
            });
  }
}

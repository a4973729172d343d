package io.castmesh.gateway.http;

import io.castmesh.gateway.GatewayConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * STUN and TURN servers for clients. TURN credentials expire by themselves: user name {@code
 * <expiry>:<user>}, password its HMAC-SHA1 with the servers' shared secret (coturn's {@code
 * use-auth-secret}, draft-uberti-behave-turn-rest).
 */
public final class IceServers {
  private static final Duration TTL = Duration.ofHours(12);

  /** An RTCIceServer. */
  public record Server(List<String> urls, String username, String credential) {}

  private final GatewayConfig.Ice config;
  private final Clock clock;

  public IceServers(GatewayConfig.Ice config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  public List<Server> forUser(String userId) {
    List<Server> servers = new ArrayList<>();
    if (!config.stunUrls().isEmpty()) {
      servers.add(new Server(config.stunUrls(), null, null));
    }
    if (!config.turnUrls().isEmpty()) {
      String name = clock.instant().plus(TTL).getEpochSecond() + ":" + userId;
      servers.add(new Server(config.turnUrls(), name, hmac(name)));
    }
    return servers;
  }

  private String hmac(String name) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(config.turnSecret().getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return Base64.getEncoder().encodeToString(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

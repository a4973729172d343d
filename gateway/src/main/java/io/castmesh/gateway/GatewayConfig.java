package io.castmesh.gateway;

import io.castmesh.runtime.config.IpNetwork;
import io.castmesh.runtime.config.Origins;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The gateway's settings.
 *
 * @param allowedOrigins of pages that others serve, as browsers write them; all of them: {@code *}
 * @param webDir the built web application; served at {@code /} when it exists
 * @param keyFile the key pair that signs access tokens; made when missing, shared by all gateways
 */
public record GatewayConfig(
    String host,
    int port,
    List<String> trustedProxies,
    List<String> allowedOrigins,
    Path webDir,
    Path keyFile,
    Tls tls,
    Auth auth,
    Limits limits,
    Session session,
    Ice ice) {

  /**
   * @param certFile PEM; with keyFile unset: a self-signed certificate kept in the data folder
   */
  public record Tls(boolean enabled, String certFile, String keyFile, Path dataDir) {}

  public record Auth(Duration accessTtl, Duration refreshTtl, int attemptsPerMinute) {}

  /**
   * @param messageBytes larger messages close the socket with 4413
   * @param messagesPerSecond sustained; a burst of three times as many is let through
   * @param inFlight unanswered requests of one socket
   * @param outboxBytes unwritten bytes after which a socket is too slow (4500)
   * @param resumeEvents events kept for a client that returns
   */
  public record Limits(
      int messageBytes,
      int messagesPerSecond,
      int inFlight,
      int outboxBytes,
      int resumeEvents,
      int sockets,
      int sessionsPerUser) {}

  /**
   * @param resumeWindow how long a session waits for its client
   * @param heartbeat how often clients say that they are there
   */
  public record Session(Duration authenticateWithin, Duration resumeWindow, Duration heartbeat) {}

  public record Ice(List<String> stunUrls, List<String> turnUrls, String turnSecret) {}

  public static GatewayConfig read(Settings s, RuntimeConfig runtime) {
    String keyFile =
        s.text("auth.key-file", "", "Key pair of access tokens (PEM); unset: in the data folder");
    GatewayConfig config =
        new GatewayConfig(
            s.text("http.host", "127.0.0.1", "Where the gateway listens; 0.0.0.0: everywhere"),
            s.integer("http.port", 8080, 0, 65535, "Port of the gateway; 0: a free one"),
            s.list(
                "http.trusted-proxies",
                "IP addresses and networks (10.1.0.0/16) of proxies whose X-Forwarded-For is believed"),
            Origins.read(
                s,
                "http.allowed-origins",
                "Origins (https://www.example.org) of pages that others serve and that may use"
                    + " the HTTP interface; *: all; unset: only pages of the gateway's own"),
            s.path("web.dir", "web/app/dist", "Folder of the built web application"),
            keyFile.isEmpty()
                ? runtime.dataDir().resolve("keys").resolve("access-token.pem")
                : Path.of(keyFile),
            new Tls(
                s.flag("tls.enabled", false, "HTTPS; browsers give cameras to HTTPS or localhost"),
                s.text("tls.cert-file", "", "Certificate chain (PEM); unset: self-signed"),
                s.text("tls.key-file", "", "Private key (PEM, PKCS 8); unset: self-signed"),
                runtime.dataDir().resolve("keys")),
            new Auth(
                s.seconds("auth.access-ttl", 900, 5, 86400, "Life of an access token"),
                s.seconds("auth.refresh-ttl", 2592000, 60, 31536000, "Life of a refresh token"),
                s.integer(
                    "auth.attempts-per-minute",
                    120,
                    1,
                    100000,
                    "Sign-ins and sign-ups of one address in a minute")),
            new Limits(
                s.integer("limits.message-bytes", 65536, 1024, 1048576, "Largest client message"),
                s.integer("limits.messages-per-second", 50, 1, 10000, "Of one socket, sustained"),
                s.integer("limits.in-flight", 64, 1, 1000, "Unanswered requests of one socket"),
                s.integer(
                    "limits.outbox-bytes",
                    1048576,
                    65536,
                    67108864,
                    "Unsent bytes after which a client is too slow"),
                s.integer("limits.resume-events", 1000, 10, 100000, "Events kept for a resume"),
                s.integer("limits.sockets", 50000, 1, 1000000, "Sockets of one gateway"),
                s.integer(
                    "limits.sessions-per-user",
                    16,
                    1,
                    1000,
                    "Sessions of one user on one gateway; the oldest makes room")),
            new Session(
                s.seconds("session.authenticate-within", 10, 1, 60, "Time to authenticate"),
                // The promise is that others know within 60 s; two of them are for the release.
                s.seconds("session.resume-window", 58, 1, 600, "How long a session waits"),
                s.seconds("session.heartbeat", 15, 1, 300, "How often a client pings")),
            new Ice(
                s.list("stun.urls", "STUN servers handed to clients, such as stun:host:3478"),
                s.list("turn.urls", "TURN servers handed to clients, such as turn:host:3478"),
                s.text("turn.secret", "", "Shared secret of the TURN servers (REST credentials)")));
    if (config.tls().certFile().isEmpty() != config.tls().keyFile().isEmpty()) {
      s.problem("tls.cert-file and tls.key-file: give both or none");
    }
    for (String proxy : config.trustedProxies()) {
      try {
        IpNetwork.parse(proxy);
      } catch (IllegalArgumentException e) {
        s.problem("http.trusted-proxies: '" + proxy + "' " + e.getMessage());
      }
    }
    if (!config.ice().turnUrls().isEmpty() && config.ice().turnSecret().isEmpty()) {
      s.problem("turn.secret: is needed with turn.urls");
    }
    return config;
  }
}

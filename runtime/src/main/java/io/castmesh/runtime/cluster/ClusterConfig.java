package io.castmesh.runtime.cluster;

import io.castmesh.runtime.config.Settings;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The settings of the cluster: how processes find each other and how their bus is protected.
 *
 * @param enabled whether this process joins others
 * @param name processes of other names are not let in
 * @param host the address of this process that it binds and tells the others
 * @param port of the membership
 * @param busPort of the event bus; 0: a free one
 * @param members some of the others, {@code host:port}
 * @param dns a name that resolves to all others, such as a headless service
 * @param tls empty paths: nothing between processes is encrypted
 */
public record ClusterConfig(
    boolean enabled,
    String name,
    String host,
    int port,
    int busPort,
    List<String> members,
    String dns,
    Tls tls) {

  /**
   * PEM files; every node shows a certificate that the authority has signed, as a client and as a
   * server. Names in it do not matter: the authority is one for the mesh alone.
   */
  public record Tls(String certificate, String key, String authority) {
    public boolean enabled() {
      return !certificate.isEmpty();
    }

    /** What this process shows. */
    PemKeyCertOptions own() {
      return new PemKeyCertOptions().setCertPath(certificate).setKeyPath(key);
    }

    /** Whose certificates it takes. */
    PemTrustOptions trusted() {
      return new PemTrustOptions().addCertPath(authority);
    }
  }

  public static ClusterConfig read(Settings s) {
    List<String> members = s.list("cluster.members", "Some of the other processes, host:port");
    String dns =
        s.text(
            "cluster.dns",
            "",
            "Name that resolves to all processes, as a headless service; all use cluster.port");
    boolean known = !members.isEmpty() || !dns.isEmpty();
    ClusterConfig config =
        new ClusterConfig(
            s.flag(
                "cluster.enabled",
                known,
                "Whether a service of its own joins others; true when others are named"),
            s.text("cluster.name", "castmesh", "Processes of other names are not let in"),
            s.ownAddress(
                "cluster.host",
                "127.0.0.1",
                "Where others reach this process; of a network: its own address in it"),
            s.integer("cluster.port", 5701, 1, 65535, "Port of the membership"),
            s.integer("cluster.bus-port", 0, 0, 65535, "Port of the event bus; 0: a free one"),
            members,
            dns,
            new Tls(
                s.text(
                    "cluster.tls-cert-file",
                    "",
                    "Certificate (PEM) that this process shows to the others, on bus and membership"),
                s.text("cluster.tls-key-file", "", "Its private key (PEM)"),
                s.text(
                    "cluster.tls-ca-file", "", "Authority (PEM) whose certificates are trusted")));
    config.verify(s);
    return config;
  }

  /** Adds a problem where the others of the cluster could never reach this process. */
  public void requireReachable(Settings s) {
    if (enabled && loopback(host) && (others().anyMatch(other -> !loopback(other)))) {
      s.problem(
          "cluster.host: others are elsewhere and cannot reach " + host + "; give an own address");
    }
  }

  private Stream<String> others() {
    return Stream.concat(
        members.stream().map(member -> member.substring(0, Math.max(0, member.lastIndexOf(':')))),
        Stream.of(dns).filter(name -> !name.isEmpty()));
  }

  /** Also of a name that is not known yet: it is none of this machine. */
  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private void verify(Settings s) {
    if (!members.isEmpty() && !dns.isEmpty()) {
      s.problem("cluster.members, cluster.dns: set one of them");
    }
    for (String member : members) {
      if (!member.matches("[^:\\s]+:\\d{1,5}")) {
        s.problem("cluster.members: '" + member + "' is not host:port");
      }
    }
    List<String> files = List.of(tls.certificate(), tls.key(), tls.authority());
    long given = files.stream().filter(file -> !file.isEmpty()).count();
    if (given != 0 && given != files.size()) {
      s.problem("cluster.tls-cert-file, -key-file, -ca-file: set all of them or none");
    }
    for (String file : files) {
      if (!file.isEmpty() && !Files.isReadable(Path.of(file))) {
        s.problem("cluster.tls: cannot read " + file);
      }
    }
  }
}

package io.castmesh.standalone.cluster;

import io.castmesh.embedded.Secrets;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.http.Certificates;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * A certificate for the processes of one machine among each other: one for all of them, its own
 * authority, made anew each time that they are started.
 */
final class MeshCertificate {
  private MeshCertificate() {}

  /**
   * @param folder for its owner alone; what is in it is replaced
   * @return settings of each process
   */
  static Map<String, String> make(Path folder) throws IOException {
    Secrets.folder(folder);
    try (Stream<Path> old = Files.list(folder)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    try {
      PemKeyCertOptions made = Certificates.of(new GatewayConfig.Tls(true, "", "", folder));
      String certificate = made.getCertPath();
      return Map.of(
          "CASTMESH_CLUSTER_TLS_CERT_FILE", certificate,
          "CASTMESH_CLUSTER_TLS_KEY_FILE", made.getKeyPath(),
          "CASTMESH_CLUSTER_TLS_CA_FILE", certificate);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificate can be made for the processes: " + e.getMessage(), e);
    }
  }
}

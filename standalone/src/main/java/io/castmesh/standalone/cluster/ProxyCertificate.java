package io.castmesh.standalone.cluster;

import io.castmesh.embedded.Secrets;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.http.Certificates;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * In a cluster HTTPS is the proxy's business: the certificate that a gateway would show, with its
 * key in one file, as HAProxy wants it.
 */
final class ProxyCertificate {
  private ProxyCertificate() {}

  /**
   * @param folder where the file is written, for its owner alone
   * @return empty without TLS
   */
  static String of(GatewayConfig.Tls tls, Path folder) throws IOException {
    if (!tls.enabled()) {
      return "";
    }
    try {
      PemKeyCertOptions certificate = Certificates.of(tls);
      Path file = Files.createDirectories(folder).resolve("proxy.pem");
      Secrets.writeText(
          file,
          Files.readString(Path.of(certificate.getCertPaths().get(0)))
              + "\n"
              + Files.readString(Path.of(certificate.getKeyPaths().get(0))));
      return file.toString();
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the certificate of HTTPS cannot be made: " + e.getMessage(), e);
    }
  }
}

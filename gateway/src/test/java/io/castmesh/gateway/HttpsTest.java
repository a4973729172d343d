package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.testing.TestMesh;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class HttpsTest {
  @Test
  void theFirstStartMakesACertificateThatLaterStartsKeep(TestMesh test) throws Exception {
    // given
    GatewayVerticle first = gateway(test);
    test.deploy(first);
    Path certificate = test.dataDir().resolve("keys/self-signed-cert.pem");
    String made = Files.readString(certificate);
    // when
    HttpResponse<String> answer = get(first, trusting(certificate));
    // then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("strict-transport-security")).isPresent();
    assertThatThrownBy(() -> get(first, SSLContext.getDefault()))
        .isInstanceOf(SSLHandshakeException.class);
    GatewayVerticle second = gateway(test);
    test.deploy(second);
    assertThat(get(second, trusting(certificate)).statusCode()).isEqualTo(200);
    assertThat(Files.readString(certificate)).isEqualTo(made);
  }

  private static GatewayVerticle gateway(TestMesh test) {
    return Gateways.on(test.mesh(), test, Map.of("CASTMESH_TLS_ENABLED", "true"));
  }

  private static HttpResponse<String> get(GatewayVerticle gateway, SSLContext trust)
      throws Exception {
    assertThat(gateway.url()).startsWith("https://localhost:");
    return HttpClient.newBuilder()
        .sslContext(trust)
        .build()
        .send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/openrpc.json")).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "castmesh", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}

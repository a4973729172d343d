package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A bus whose members show certificates to each other. */
@ExtendWith(TestMesh.class)
class ClusterTlsTest {
  record Question(String text) {}

  record Answer(String text) {}

  private static final Endpoint<Question, Answer> ECHO =
      Endpoint.of("test.tls", Question.class, Answer.class).within(Duration.ofSeconds(2));

  @Test
  void onlyThoseWithACertificateOfTheAuthorityAreHeard(TestMesh test) throws Exception {
    // given two members of one authority, and a stranger that shows another certificate
    Map<String, String> ours = identity(test.dataDir().resolve("ours"));
    Map<String, String> strange = identity(test.dataDir().resolve("strange"));
    try (TestCluster cluster = test.cluster()) {
      Mesh one = cluster.join("one", ours);
      Mesh two = cluster.join("two", ours);
      await(two.bus().serve(ECHO, q -> Future.succeededFuture(new Answer(q.text()))));
      Mesh stranger = cluster.start("stranger", strange);

      // when
      Answer answer = await(one.bus().ask(ECHO, new Question("hello")));
      Future<Answer> refused = stranger.bus().ask(ECHO, new Question("password?"));

      // then
      assertThat(answer.text()).isEqualTo("hello");
      assertThatThrownBy(() -> await(refused)).isInstanceOf(FailureException.class);
      assertThat(one.peers().others("stranger")).isEmpty();
    }
  }

  /** Settings of a member with a key of its own, whose certificate is its own authority. */
  private static Map<String, String> identity(Path folder) throws Exception {
    Files.createDirectories(folder);
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    "bus",
                    "-dname",
                    "CN=castmesh",
                    "-ext",
                    "SAN=IP:127.0.0.1",
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    "changeit"))
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor()).as(new String(keytool.getInputStream().readAllBytes())).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Path certificate = folder.resolve("cert.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("bus").getEncoded()));
    Path key = folder.resolve("key.pem");
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey("bus", "changeit".toCharArray()).getEncoded()));
    return Map.of(
        "CASTMESH_CLUSTER_TLS_CERT_FILE", certificate.toString(),
        "CASTMESH_CLUSTER_TLS_KEY_FILE", key.toString(),
        "CASTMESH_CLUSTER_TLS_CA_FILE", certificate.toString());
  }

  private static String pem(String name, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + name + "-----\n" + body + "\n-----END " + name + "-----\n";
  }
}

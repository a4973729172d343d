package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Members that show certificates to each other, on the bus and where they meet. */
@ExtendWith(TestMesh.class)
class ClusterTlsTest {
  record Question(String text) {}

  record Answer(String text) {}

  private static final Endpoint<Question, Answer> ECHO =
      Endpoint.of("test.tls", Question.class, Answer.class).within(Duration.ofSeconds(2));

  private final ListAppender<ILoggingEvent> told = new ListAppender<>();

  @BeforeEach
  void listenToWhatIsTold() {
    told.start();
    log().addAppender(told);
  }

  @AfterEach
  void listenNoLonger() {
    log().detachAppender(told);
  }

  private static Logger log() {
    return (Logger) LoggerFactory.getLogger("io.castmesh.runtime.cluster.door");
  }

  @Test
  void onlyThoseWithACertificateOfTheAuthorityAreHeard(TestMesh test) throws Exception {
    // given two members of one authority, and strangers: one that shows another certificate
    Map<String, String> ours = identity(test.dataDir().resolve("ours"));
    Map<String, String> strange = identity(test.dataDir().resolve("strange"));
    try (TestCluster cluster = test.cluster()) {
      Mesh one = cluster.join("one", ours);
      Mesh two = cluster.join("two", ours);
      await(two.bus().serve(ECHO, q -> Future.succeededFuture(new Answer(q.text()))));
      Mesh stranger = cluster.start("stranger", strange);
      // and one that shows none
      Mesh bare = cluster.start("bare", Map.of());

      // when
      Answer answer = await(one.bus().ask(ECHO, new Question("hello")));
      Future<Answer> refused = stranger.bus().ask(ECHO, new Question("password?"));
      Future<Answer> alsoRefused = bare.bus().ask(ECHO, new Question("anybody?"));

      // then
      assertThat(answer.text()).isEqualTo("hello");
      assertThatThrownBy(() -> await(refused)).isInstanceOf(FailureException.class);
      assertThatThrownBy(() -> await(alsoRefused)).isInstanceOf(FailureException.class);
      assertThat(one.peers().nodes()).hasSize(2);
      assertThat(two.peers().nodes()).hasSize(2);
      // and both sides say why
      eventually(
          "both are told",
          () ->
              assertThat(told())
                  .anyMatch(line -> line.matches("refused at the members' port .*certificate.*"))
                  .anyMatch(
                      line -> line.matches("refused at the members' port .*does without TLS.*"))
                  .anyMatch(
                      line -> line.matches("no connection with a member .*not of our authority"))
                  .anyMatch(
                      line -> line.matches("no connection with a member .*another language.*")));
    }
  }

  /** As the operators' guide tells it: whoever is rolled joins those who are there. */
  @Test
  void theAuthorityIsChangedMemberByMember(TestMesh test) throws Exception {
    // given a member of the old authority
    Map<String, String> old = identity(test.dataDir().resolve("old"));
    Map<String, String> fresh = identity(test.dataDir().resolve("fresh"));
    Path both = test.dataDir().resolve("both.pem");
    Files.writeString(both, authority(old) + authority(fresh));
    try (TestCluster cluster = test.cluster()) {
      int port = Tap.freePort();
      Mesh member = member(cluster, old, port, port);
      // when: both authorities, then the other certificate, then the other authority alone
      for (Map<String, String> step : List.of(trusting(old, both), trusting(fresh, both), fresh)) {
        int nextPort = Tap.freePort();
        Mesh next = member(cluster, step, nextPort, port);
        // then
        assertThat(asked(member, next)).isEqualTo("hello");
        assertThat(asked(next, member)).isEqualTo("hello");
        cluster.leave(member);
        member = next;
        port = nextPort;
      }
      // and whoever has been left behind is not let in any more
      await(member.bus().serve(ECHO, q -> Future.succeededFuture(new Answer(q.text()))));
      told.list.clear();
      Mesh late = cluster.start("late", at(old, Tap.freePort(), port));
      Future<Answer> refused = late.bus().ask(ECHO, new Question("hello"));
      assertThatThrownBy(() -> await(refused)).isInstanceOf(FailureException.class);
      assertThat(member.peers().nodes()).hasSize(1);
      eventually(
          "it is told",
          () ->
              assertThat(told())
                  .anyMatch(
                      line -> line.matches("no connection with a member .*not of our authority")));
    }
  }

  private static String asked(Mesh one, Mesh other) {
    return await(one.bus().ask(ECHO.at(other.node()), new Question("hello"))).text();
  }

  private static Mesh member(
      TestCluster cluster, Map<String, String> identity, int port, int known) {
    Mesh mesh = cluster.join("member", at(identity, port, known));
    await(
        mesh.bus().serve(ECHO.at(mesh.node()), q -> Future.succeededFuture(new Answer(q.text()))));
    return mesh;
  }

  private static Map<String, String> at(Map<String, String> identity, int port, int known) {
    Map<String, String> settings = new HashMap<>(identity);
    settings.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
    settings.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + known);
    return settings;
  }

  private static Map<String, String> trusting(Map<String, String> identity, Path authorities) {
    Map<String, String> settings = new HashMap<>(identity);
    settings.put("CASTMESH_CLUSTER_TLS_CA_FILE", authorities.toString());
    return settings;
  }

  private static String authority(Map<String, String> identity) throws IOException {
    return Files.readString(Path.of(identity.get("CASTMESH_CLUSTER_TLS_CA_FILE")));
  }

  @Test
  void whatMembersSayIsReadByNobodyInBetween(TestMesh test) throws Exception {
    // given: in the clear, the name of the cluster goes from one to the other
    assertThat(overheard(test, Map.of())).contains(test.dataDir().getFileName().toString());

    // when
    String overheard = overheard(test, identity(test.dataDir().resolve("ours")));

    // then
    assertThat(overheard)
        .isNotEmpty()
        .doesNotContain(test.dataDir().getFileName().toString())
        .doesNotContain("HZC")
        .doesNotContain("castmesh");
  }

  /**
   * What a second member and the first one say to each other, on their way to it, when it joins.
   */
  private static String overheard(TestMesh test, Map<String, String> identity) throws Exception {
    try (TestCluster cluster = test.cluster();
        Tap tap = new Tap()) {
      Map<String, String> first = new HashMap<>(identity);
      first.put("CASTMESH_CLUSTER_PORT", Integer.toString(tap.target()));
      first.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + tap.target());
      cluster.join("one", first);
      Map<String, String> second = new HashMap<>(identity);
      second.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + tap.port());
      cluster.join("two", second);
      return tap.heard();
    }
  }

  @Test
  void whoHoldsTheDoorOpenInSilenceIsLetGo(TestMesh test) throws Exception {
    Map<String, String> ours = identity(test.dataDir().resolve("ours"));
    int port = Tap.freePort();
    try (TestCluster cluster = test.cluster()) {
      // given
      Map<String, String> settings = new HashMap<>(ours);
      settings.put("CASTMESH_CLUSTER_PORT", Integer.toString(port));
      settings.put("CASTMESH_CLUSTER_MEMBERS", "127.0.0.1:" + port);
      Mesh member = cluster.start("one", settings);

      // when: one connects and says nothing, and one says what no member says
      try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket loud = new Socket(InetAddress.getLoopbackAddress(), port)) {
        silent.setSoTimeout(30_000);
        loud.setSoTimeout(30_000);
        loud.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));

        // then
        assertThat(new String(loud.getInputStream().readNBytes(3), US_ASCII)).isEqualTo("HZX");
        assertThat(isLetGo(silent)).isTrue();
        eventually(
            "it is told",
            () -> assertThat(told()).anyMatch(line -> line.contains("does not say who it is")));
        assertThat(member.peers().isAlive(member.node())).isTrue();
      }
    }
  }

  /** Hazelcast resets connections that it closes. */
  private static boolean isLetGo(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  private List<String> told() {
    return List.copyOf(told.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Settings of a member with a key of its own, whose certificate is its own authority. */
  static Map<String, String> identity(Path folder) throws Exception {
    Files.createDirectories(folder);
    Path store = folder.resolve("store.p12");
    Files.deleteIfExists(store);
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
    assertThat(keytool.waitFor())
        .as(new String(keytool.getInputStream().readAllBytes(), UTF_8))
        .isZero();
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

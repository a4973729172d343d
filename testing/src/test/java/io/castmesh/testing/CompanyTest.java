package io.castmesh.testing;

import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class CompanyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aGatewayThatKnowsNobodyButGatewaysTakesNoWork(TestMesh test) {
    try (TestCluster cluster = test.cluster()) {
      // given
      Mesh gateway = cluster.start("gateway", Map.of());
      cluster.ready(gateway);
      Mesh sister = cluster.join("gateway");
      cluster.ready(sister);
      eventually(
          "it is not ready", PATIENCE, () -> assertThat(mesh(gateway)).isEqualTo("503 DOWN"));

      // when
      Mesh room = cluster.join("room");
      cluster.ready(room);

      // then
      eventually("it is ready", PATIENCE, () -> assertThat(mesh(gateway)).isEqualTo("200 UP"));

      // when
      cluster.leave(room);

      // then
      eventually(
          "it is not ready again", PATIENCE, () -> assertThat(mesh(gateway)).isEqualTo("503 DOWN"));
    }
  }

  private static String mesh(Mesh mesh) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + mesh.management().port() + "/health/ready");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    String check = new JsonObject(answer.body()).getJsonObject("checks").getString("mesh");
    return answer.statusCode() + " " + check;
  }
}

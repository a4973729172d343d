package io.castmesh.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.runtime.Mesh;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestMesh.class)
class LogLevelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"null", "0", "1.5", "\"60\""})
  void aTimeThatIsNoneIsRefusedWithASentence(String seconds, Mesh mesh) throws Exception {
    // given
    String body = "{\"level\":\"debug\",\"seconds\":" + seconds + "}";
    URI uri = URI.create("http://127.0.0.1:" + mesh.management().port() + "/log-levels/root");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("content-type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body))
            .build();

    // when
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

    // then
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("seconds: must be a whole number");
  }
}

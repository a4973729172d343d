package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.runtime.Mesh;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node that the others have lost sight of, as after a partition. */
@ExtendWith(TestMesh.class)
class HearingTest {
  record Question(int n) {}

  record Answer(int n) {}

  @Test
  void aNodeThatCannotBeReachedIsNotReadyAndGetsItselfBack(TestMesh test) {
    try (TestCluster cluster = test.cluster()) {
      // given
      Mesh one = cluster.join("one");
      Mesh two = cluster.join("two");
      cluster.ready(two);
      Endpoint<Question, Answer> endpoint =
          Endpoint.of("test.hearing", Question.class, Answer.class)
              .within(Duration.ofSeconds(2))
              .at(two.node());
      await(two.bus().serve(endpoint, q -> Future.succeededFuture(new Answer(q.n()))));
      assertThat(await(one.bus().ask(endpoint, new Question(1))).n()).isEqualTo(1);

      // when the other keeps losing what the node serves
      long losing = one.vertx().setPeriodic(100, tick -> lose(one, two));

      // then it notices, says so, and is there again without a restart
      eventually(
          "it is not ready", Duration.ofSeconds(30), () -> assertThat(ready(two)).isEqualTo(503));
      one.vertx().cancelTimer(losing);
      eventually(
          "it is ready again", Duration.ofSeconds(20), () -> assertThat(ready(two)).isEqualTo(200));
      two.peers().beat();
      eventually(
          "it answers again",
          () -> assertThat(await(one.bus().ask(endpoint, new Question(2))).n()).isEqualTo(2));
    }
  }

  @Test
  void aNodeThatIsNotHeardOfByOthersIsFoundAgain(TestMesh test) {
    try (TestCluster cluster = test.cluster()) {
      // given
      Mesh one = cluster.join("one");
      Mesh two = cluster.join("two");

      // when one loses, for long, what two serves: also where it hears beats
      long losing = one.vertx().setPeriodic(100, tick -> lose(one, two));
      eventually(
          "two is deaf to one",
          Duration.ofSeconds(20),
          () -> assertThat(two.peers().isAlive(one.node())).isFalse());
      one.vertx().cancelTimer(losing);

      // then
      eventually(
          "both hear each other again",
          Duration.ofSeconds(30),
          () -> {
            assertThat(one.peers().isAlive(two.node())).isTrue();
            assertThat(two.peers().isAlive(one.node())).isTrue();
          });
    }
  }

  @Test
  void whatIsAskedOfANodeThatIsGoneIsRefusedAtOnce(TestMesh test) {
    try (TestCluster cluster = test.cluster()) {
      // given a question that waits for its answer
      Mesh one = cluster.join("one");
      Mesh two = cluster.join("two");
      Endpoint<Question, Answer> endpoint =
          Endpoint.of("test.gone", Question.class, Answer.class).within(Duration.ofSeconds(30));
      await(two.bus().serve(endpoint, q -> Future.future(never -> {})));
      // and has been told of the endpoint by the next beat
      two.peers().beat();
      await(one.vertx().timer(5, TimeUnit.SECONDS));
      Future<Answer> answer = one.bus().ask(endpoint, new Question(1));

      // when its node leaves without answering
      cluster.leave(two);

      // then
      assertThatThrownBy(() -> await(answer))
          .isInstanceOfSatisfying(
              FailureException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE));
    }
  }

  /** One takes it that the other has said that it serves nothing. */
  private static void lose(Mesh one, Mesh other) {
    String node = one.peers().self().member();
    HazelcastInstance member =
        Hazelcast.getAllHazelcastInstances().stream()
            .filter(m -> node.equals(m.getCluster().getLocalMember().getAttribute("castmesh.node")))
            .findFirst()
            .orElseThrow();
    @SuppressWarnings("unchecked")
    Consumer<String> statements =
        (Consumer<String>) member.getUserContext().get("castmesh.statements");
    statements.accept(
        new JsonObject()
            .put("node", other.peers().self().member())
            .put("version", TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()))
            .put("host", "127.0.0.1")
            .put("port", 1)
            .put("served", new JsonObject())
            .encode());
  }

  private static int ready(Mesh mesh) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + mesh.management().port() + "/health/ready");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}

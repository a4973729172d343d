package io.castmesh.gateway.admin;

import static io.castmesh.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Nodes;
import io.castmesh.runtime.Mesh;
import io.castmesh.testing.TestMesh;
import io.vertx.redis.client.Command;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The last hour in figures, on a real Redis. */
@ExtendWith(TestMesh.class)
class HistoryTest {
  private final Mesh mesh;

  HistoryTest(Mesh mesh) {
    this.mesh = mesh;
  }

  @BeforeEach
  void empty() {
    await(mesh.redis().run(Command.DEL, "admin:history", "admin:history:writer"));
  }

  @Test
  void ofSeveralGatewaysOneWritesAndAnotherGoesOnWhenItIsGone() {
    // given
    History one = new History(mesh, "gateway-1");
    History other = new History(mesh, "gateway-2");

    // when, then
    assertThat(await(one.write())).isTrue();
    assertThat(await(other.write())).isFalse();
    assertThat(await(one.write())).isTrue();
    await(mesh.redis().run(Command.DEL, "admin:history:writer")); // its lease has run out
    assertThat(await(other.write())).isTrue();
    assertThat(await(one.write())).isFalse();
    assertThat(await(one.read()).items()).hasSize(3);
  }

  @Test
  void itHoldsAnHourAndNoMore() {
    // given
    History history = new History(mesh, "gateway-1");

    // when
    for (int i = 0; i < History.POINTS + 10; i++) {
      assertThat(await(history.write())).isTrue();
    }

    // then
    assertThat(await(history.read()).items()).hasSize(History.POINTS);
    assertThat(History.EVERY.multipliedBy(History.POINTS)).hasHours(1);
    assertThat(await(mesh.redis().run(Command.TTL, "admin:history")).toLong()).isPositive();
  }

  @Test
  void aPointIsTheSumOfWhatTheNodesSay() {
    // given
    Nodes.Load gateway = new Nodes.Load(10, 0, 0, 0, 2.5, 0.5, 100, 1000);
    Nodes.Load media = new Nodes.Load(0, 2, 7, 1, 0, 0.1, 50, 1000);

    // when
    History.Point point =
        History.now(List.of(node("a", gateway), node("b", media), node("c", null)));

    // then
    assertThat(point)
        .usingRecursiveComparison()
        .ignoringFields("time", "cpu")
        .isEqualTo(new History.Point(null, 3, 10, 2, 7, 1, 2.5, 0, 150));
    assertThat(point.cpu()).isBetween(0.29, 0.31);
  }

  private static Nodes.Node node(String id, Nodes.Load load) {
    return new Nodes.Node(id, "gateway", "1", Instant.now(), id, "running", load);
  }
}

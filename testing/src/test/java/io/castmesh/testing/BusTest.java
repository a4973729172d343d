package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestMesh.class)
class BusTest {
  record Question(String text) {}

  record Answer(String text) {}

  private static Endpoint<Question, Answer> endpoint(String name) {
    return Endpoint.of("test." + name, Question.class, Answer.class);
  }

  @Test
  void anAnswerComesBackAsTheRecordThatWasSent(Mesh mesh) {
    // given
    Endpoint<Question, Answer> echo = endpoint("echo");
    await(mesh.bus().serve(echo, q -> Future.succeededFuture(new Answer(q.text()))));

    // when
    Answer answer = await(mesh.bus().ask(echo, new Question("who?")));

    // then
    assertThat(answer).isEqualTo(new Answer("who?"));
  }

  @Test
  void aFailureOfTheCatalogueArrivesWithItsDetails(Mesh mesh) {
    // given
    Endpoint<Question, Answer> taken = endpoint("taken");
    await(
        mesh.bus()
            .serve(taken, q -> Future.failedFuture(Failure.NICKNAME_TAKEN.exception(q.text()))));

    // when
    Future<Answer> answer = mesh.bus().ask(taken, new Question("ann"));

    // then
    assertThatThrownBy(() -> await(answer))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure()).isEqualTo(Failure.NICKNAME_TAKEN);
              assertThat(e.details()).contains("ann");
            });
  }

  @Test
  void internalsNeverReachWhoeverAsked(Mesh mesh) {
    // given one handler that throws and one that fails
    Endpoint<Question, Answer> throwing = endpoint("throwing");
    Endpoint<Question, Answer> failing = endpoint("failing");
    await(
        mesh.bus()
            .serve(
                throwing,
                q -> {
                  throw new IllegalStateException("password of the database");
                }));
    await(mesh.bus().serve(failing, q -> Future.failedFuture(new Exception("secret"))));

    for (Endpoint<Question, Answer> endpoint : List.of(throwing, failing)) {
      // when
      Future<Answer> answer = mesh.bus().ask(endpoint, new Question("?"));

      // then
      assertThatThrownBy(() -> await(answer))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> {
                assertThat(e.failure()).isEqualTo(Failure.INTERNAL);
                assertThat(e.details()).isEmpty();
              });
    }
  }

  @Test
  void aHandlerThatNeverAnswersIsATimeoutAtTheDeadline(Mesh mesh) {
    // given
    Endpoint<Question, Answer> silent = endpoint("silent").within(Duration.ofMillis(300));
    await(mesh.bus().serve(silent, q -> Promise.<Answer>promise().future()));
    long begin = System.nanoTime();

    // when
    Future<Answer> answer = mesh.bus().ask(silent, new Question("?"));

    // then
    assertThatThrownBy(() -> await(answer))
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(Failure.TIMEOUT));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
  }

  @Test
  void aQuestionThatNobodyServesIsUnavailableAtOnce(Mesh mesh) {
    // given
    Endpoint<Question, Answer> nobody = endpoint("nobody");

    // when
    Future<Answer> answer = mesh.bus().ask(nobody, new Question("?"));

    // then
    assertThatThrownBy(() -> await(answer))
        .isInstanceOfSatisfying(
            FailureException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE));
  }

  @Test
  void anEndpointAtANodeIsAnsweredByThatNodeAlone(Mesh mesh) {
    // given
    Endpoint<Question, Answer> owner = endpoint("owner");
    await(mesh.bus().serve(owner.at("a"), q -> Future.succeededFuture(new Answer("a"))));
    await(mesh.bus().serve(owner.at("b"), q -> Future.succeededFuture(new Answer("b"))));

    // when
    Answer answer = await(mesh.bus().ask(owner.at("b"), new Question("?")));

    // then
    assertThat(answer.text()).isEqualTo("b");
  }

  @Test
  void everyListenerHearsATopicUntilItCancels(Mesh mesh) {
    // given
    Topic<Answer> news = new Topic<>("test.news", Answer.class);
    List<String> first = new CopyOnWriteArrayList<>();
    List<String> second = new CopyOnWriteArrayList<>();
    await(mesh.bus().listen(news, event -> first.add(event.text())));
    Bus.Registration registration =
        await(mesh.bus().listen(news, event -> second.add(event.text())));

    // when
    mesh.bus().emit(news, new Answer("one"));
    eventually("both hear it", () -> assertThat(second).hasSize(1));
    await(registration.cancel());
    mesh.bus().emit(news, new Answer("two"));

    // then
    eventually("the first hears both", () -> assertThat(first).containsExactly("one", "two"));
    assertThat(second).containsExactly("one");
  }

  @Test
  void oneIdTiesARequestTogetherAcrossTheBus(Mesh mesh) {
    // given a service that asks another one
    Endpoint<Question, Answer> outer = endpoint("outer");
    Endpoint<Question, Answer> inner = endpoint("inner");
    AtomicReference<String> asked = new AtomicReference<>();
    AtomicReference<String> back = new AtomicReference<>();
    await(mesh.bus().serve(inner, q -> Future.succeededFuture(new Answer(Trace.currentId()))));
    await(
        mesh.bus()
            .serve(
                outer,
                q -> {
                  asked.set(Trace.currentId());
                  return mesh.bus().ask(inner, q).onSuccess(answer -> back.set(Trace.currentId()));
                }));

    Trace trace = Trace.fresh();

    // when
    Answer seenInside =
        await(trace.run(mesh.vertx(), () -> mesh.bus().ask(outer, new Question("?"))));

    // then
    assertThat(asked.get()).isEqualTo(trace.id());
    assertThat(seenInside.text()).isEqualTo(trace.id());
    assertThat(back.get()).isEqualTo(trace.id());
  }
}

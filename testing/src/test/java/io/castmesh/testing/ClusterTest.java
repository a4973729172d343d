package io.castmesh.testing;

import static io.castmesh.testing.Eventually.await;
import static io.castmesh.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.Hazelcast;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Keyed;
import io.castmesh.contract.Topic;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the mesh promises between processes. */
@ExtendWith(TestMesh.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
  record Question(int n) {}

  record Answer(String node, int n) {}

  record InRoom(String room, int n) implements Keyed {
    @Override
    public String orderKey() {
      return room;
    }
  }

  record News(int n) {}

  private TestCluster cluster;
  private Mesh one;
  private Mesh two;

  @BeforeAll
  void start(TestMesh test) {
    cluster = test.cluster();
    one = cluster.join("one");
    two = cluster.join("two");
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  private static Endpoint<Question, Answer> endpoint(String name) {
    return Endpoint.of("test." + name, Question.class, Answer.class);
  }

  private static void serve(Mesh mesh, Endpoint<Question, Answer> endpoint) {
    await(mesh.bus().serve(endpoint, q -> Future.succeededFuture(new Answer(mesh.node(), q.n()))));
  }

  @Test
  void aQuestionIsAnsweredByAnotherProcess() {
    // given
    Endpoint<Question, Answer> endpoint = endpoint("remote");
    serve(two, endpoint);

    // when
    Answer answer = await(one.bus().ask(endpoint, new Question(7)));

    // then
    assertThat(answer).isEqualTo(new Answer(two.node(), 7));
  }

  @Test
  void aServiceThatLeavesInOrderLosesNoQuestion() {
    // given two that serve, and a steady stream of questions, some of which take a while
    Endpoint<Question, Answer> endpoint = endpoint("leaving");
    Mesh leaving = cluster.join("leaving");
    serve(two, endpoint);
    await(
        leaving
            .bus()
            .serve(
                endpoint,
                q ->
                    leaving
                        .vertx()
                        .timer(40, TimeUnit.MILLISECONDS)
                        .map(new Answer(leaving.node(), q.n()))));
    cluster.ready(leaving);
    List<Future<Answer>> answers = new CopyOnWriteArrayList<>();
    AtomicInteger asked = new AtomicInteger();
    long timer =
        one.vertx()
            .setPeriodic(
                5,
                tick ->
                    answers.add(one.bus().ask(endpoint, new Question(asked.getAndIncrement()))));
    eventually(
        "the leaving one answers, too",
        () ->
            assertThat(answers)
                .anyMatch(a -> a.succeeded() && a.result().node().equals(leaving.node())));

    // when
    cluster.leave(leaving);

    // then
    int before = asked.get();
    eventually("questions go on", () -> assertThat(asked.get()).isGreaterThan(before + 50));
    one.vertx().cancelTimer(timer);
    eventually("the last one is asked", () -> assertThat(answers).hasSize(asked.get()));
    List<Integer> numbers = new ArrayList<>();
    answers.forEach(answer -> numbers.add(await(answer).n()));
    assertThat(numbers).containsExactlyElementsOf(IntStream.range(0, asked.get()).boxed().toList());
  }

  @Test
  void theLastWordsOfANodeThatLeavesInOrderAreHeard() {
    // given two that have heard of it, of whom one has not listened until now
    Topic<News> topic = new Topic<>("test.lastWords", News.class);
    Mesh leaving = cluster.join("leaving");
    List<Integer> early = new CopyOnWriteArrayList<>();
    List<Integer> late = new CopyOnWriteArrayList<>();
    await(one.bus().listen(topic, news -> early.add(news.n())));
    leaving.bus().emit(topic, new News(0));
    eventually("it is heard", () -> assertThat(early).containsExactly(0));
    Topic<News> toTwo = topic.at(two.node());
    IntStream.range(1, 100).forEach(n -> leaving.bus().emit(toTwo, new News(n)));
    await(two.bus().listen(toTwo, news -> late.add(news.n())));

    // when
    IntStream.range(1, 100).forEach(n -> leaving.bus().emit(topic, new News(n)));
    cluster.leave(leaving);

    // then
    eventually(
        "all of it is heard",
        () -> {
          assertThat(early).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
          assertThat(late).containsExactlyElementsOf(IntStream.range(1, 100).boxed().toList());
        });
  }

  @Test
  void whatANodeThatLeavesInOrderDidNotTakeComesBackOnce() {
    // given a stream of events for one node
    Mesh leaving = cluster.join("leaving");
    Topic<News> topic = new Topic<>("test.returned", News.class);
    List<Integer> taken = new CopyOnWriteArrayList<>();
    List<Integer> returned = new CopyOnWriteArrayList<>();
    await(leaving.bus().listen(topic.at(leaving.node()), news -> taken.add(news.n())));
    one.bus().onReturned(topic, (news, leftAt) -> returned.add(news.n()));
    AtomicInteger sent = new AtomicInteger();
    long timer =
        one.vertx()
            .setPeriodic(
                1,
                tick -> one.bus().emit(topic.at(leaving.node()), new News(sent.getAndIncrement())));
    eventually("events flow", () -> assertThat(taken).hasSizeGreaterThan(50));

    // when it leaves and those who send do not know for a while
    cluster.leave(leaving);
    int then = sent.get();
    eventually("events go on", () -> assertThat(sent.get()).isGreaterThan(then + 50));
    one.vertx().cancelTimer(timer);

    // then
    eventually(
        "each is at one place",
        () -> {
          List<Integer> all = new ArrayList<>(taken);
          all.addAll(returned);
          assertThat(all)
              .containsExactlyElementsOf(IntStream.range(0, sent.get()).boxed().toList());
        });
    assertThat(returned).hasSizeGreaterThan(50);
  }

  @Test
  void questionsOfOneRoomGoToOneNodeAndRoomsAreSpread() {
    // given two nodes that serve it, of which everybody has been told
    Endpoint<InRoom, Answer> endpoint = Endpoint.of("test.room", InRoom.class, Answer.class);
    for (Mesh mesh : List.of(one, two)) {
      await(
          mesh.bus().serve(endpoint, q -> Future.succeededFuture(new Answer(mesh.node(), q.n()))));
    }
    List.of(one, two).forEach(mesh -> mesh.peers().beat());
    await(one.vertx().timer(2, TimeUnit.SECONDS));

    // when
    Map<String, Set<String>> nodesByRoom = new HashMap<>();
    for (int n = 0; n < 200; n++) {
      String room = "room-" + n % 20;
      Mesh asker = n % 3 == 0 ? one : two;
      String node = await(asker.bus().ask(endpoint, new InRoom(room, n))).node();
      nodesByRoom.computeIfAbsent(room, first -> new HashSet<>()).add(node);
    }

    // then
    assertThat(nodesByRoom.values()).allSatisfy(nodes -> assertThat(nodes).hasSize(1));
    assertThat(nodesByRoom.values().stream().distinct()).hasSize(2);
  }

  @Test
  void whatNobodyServesForAMomentIsAnsweredAfterwards() {
    // given
    Endpoint<Question, Answer> endpoint = endpoint("late").within(Duration.ofSeconds(5));

    // when
    Future<Answer> answer = one.bus().ask(endpoint, new Question(1));
    one.vertx().setTimer(700, tick -> two.bus().serve(endpoint, this::answerOfTwo));

    // then
    assertThat(await(answer).node()).isEqualTo(two.node());
  }

  private Future<Answer> answerOfTwo(Question q) {
    return Future.succeededFuture(new Answer(two.node(), q.n()));
  }

  @Test
  void eventsForANodeThatDoesNotListenYetArriveAllTheSameInOrderAndOnce() {
    // given events that nobody hears: their handler is not known to the other node
    Topic<News> topic = new Topic<>("test.early", News.class).at(two.node());
    one.bus().emit(topic, new News(1));
    one.bus().emit(topic, new News(2));

    // when
    List<Integer> heard = new CopyOnWriteArrayList<>();
    await(two.bus().listen(topic, news -> heard.add(news.n())));
    one.bus().emit(topic, new News(3));
    one.bus().emit(topic, new News(4));

    // then
    eventually(
        "all events are heard in order", () -> assertThat(heard).containsExactly(1, 2, 3, 4));
  }

  @Test
  void whenNothingFollowsTheBeatTellsWhatIsMissing() {
    // given
    Topic<News> topic = new Topic<>("test.silence", News.class).at(two.node());
    one.bus().emit(topic, new News(1));

    // when
    List<Integer> heard = new CopyOnWriteArrayList<>();
    await(two.bus().listen(topic, news -> heard.add(news.n())));

    // then
    eventually("the missing event is heard", () -> assertThat(heard).containsExactly(1));
  }

  @Test
  void manyEventsFromSeveralThreadsKeepTheOrderInWhichTheyWereNumbered() throws Exception {
    // given
    Topic<News> topic = new Topic<>("test.stream", News.class);
    List<Integer> here = new CopyOnWriteArrayList<>();
    List<Integer> there = new CopyOnWriteArrayList<>();
    await(one.bus().listen(topic, news -> here.add(news.n())));
    await(two.bus().listen(topic, news -> there.add(news.n())));

    // when
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 500; i++) {
                            one.bus().emit(topic, new News(t * 1000 + i));
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    // then
    eventually("all events are there", () -> assertThat(there).hasSize(2000));
    eventually("and here", () -> assertThat(here).hasSize(2000));
    assertThat(there).containsExactlyElementsOf(here).doesNotHaveDuplicates();
  }

  @Test
  void aNodeWhoseConnectionsAreClosedHasDiedAndOneThatLeavesHasNot() {
    // given
    List<String> died = new CopyOnWriteArrayList<>();
    one.peers().onDied(node -> died.add(node.node()));
    Mesh leaving = cluster.join("leaving");
    Mesh dying = cluster.join("dying");
    String member = dying.peers().self().member();

    eventually(
        "this process has not stood still of late, when it takes nobody for dead",
        () -> assertThat(one.freeze().within(Duration.ofSeconds(15))).isFalse());

    // when
    cluster.leave(leaving);
    Hazelcast.getAllHazelcastInstances().stream()
        .filter(m -> member.equals(m.getCluster().getLocalMember().getAttribute("castmesh.node")))
        .findFirst()
        .orElseThrow()
        .getLifecycleService()
        .terminate();

    // then
    eventually("its death is known", () -> assertThat(died).containsExactly(dying.node()));
    assertThat(one.peers().isAlive(dying.node())).isFalse();
    cluster.leave(dying);
  }

  @Test
  void whoIsThereIsKnownAndWhoLeavesIsMissed() {
    // given
    List<String> left = new CopyOnWriteArrayList<>();
    one.peers().onLeft(node -> left.add(node.node()));
    Mesh guest = cluster.join("guest");
    assertThat(one.peers().others("guest")).hasSize(1);

    // when
    cluster.leave(guest);

    // then
    eventually("everybody has heard of the leave", () -> assertThat(left).contains(guest.node()));
    assertThat(one.peers().isAlive(guest.node())).isFalse();
    assertThat(one.peers().isAlive(two.node())).isTrue();
    assertThat(one.peers().isAlive(one.node())).isTrue();
  }

  @Test
  void aHandlerThatHasTheQuestionWhenAnotherProcessDiesIsNotAskedTwice() {
    // given a question that takes long
    Endpoint<Question, Answer> endpoint = endpoint("slow");
    AtomicInteger times = new AtomicInteger();
    Promise<Answer> done = Promise.promise();
    await(
        two.bus()
            .serve(
                endpoint,
                q -> {
                  times.incrementAndGet();
                  return done.future();
                }));
    Mesh guest = cluster.join("guest");
    Future<Answer> answer = one.bus().ask(endpoint, new Question(1));
    eventually("the question has arrived", () -> assertThat(times).hasValue(1));
    await(one.vertx().timer(400, TimeUnit.MILLISECONDS));

    // when
    cluster.leave(guest);
    await(one.vertx().timer(800, TimeUnit.MILLISECONDS));
    done.complete(new Answer("two", 1));

    // then
    assertThat(await(answer).n()).isEqualTo(1);
    assertThat(times).hasValue(1);
  }

  @Test
  void aRegistrationIsTakenBack() {
    // given
    Topic<News> topic = new Topic<>("test.cancel", News.class);
    List<Integer> heard = new CopyOnWriteArrayList<>();
    Bus.Registration registration = await(two.bus().listen(topic, news -> heard.add(news.n())));
    one.bus().emit(topic, new News(1));
    eventually("the event is heard", () -> assertThat(heard).containsExactly(1));

    // when
    await(registration.cancel());
    one.bus().emit(topic, new News(2));
    await(one.vertx().timer(300, TimeUnit.MILLISECONDS));

    // then
    assertThat(heard).containsExactly(1);
  }
}

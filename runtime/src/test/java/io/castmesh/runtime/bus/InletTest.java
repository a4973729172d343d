package io.castmesh.runtime.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.castmesh.contract.Failure;
import io.castmesh.contract.Nodes.Missed;
import io.castmesh.contract.Nodes.Repair;
import io.castmesh.contract.Nodes.Sent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a listener hears of a source that is cut off, returns or ends. */
class InletTest {
  private static final String SOURCE = "room-2";

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final AtomicInteger gaps = new AtomicInteger();
  private final Semaphore asked = new Semaphore(0);
  private volatile boolean reachable;
  private volatile boolean ended;

  /** An answer that takes its time. */
  private volatile Promise<Repair> late;

  private Vertx vertx;
  private Context context;
  private Inlet inlet;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    context = vertx.getOrCreateContext();
    Future<Inlet> opened =
        Future.future(
            promise ->
                context.runOnContext(
                    ignored ->
                        promise.complete(
                            new Inlet(
                                vertx,
                                "topic@here",
                                true,
                                (body, trace) -> heard.add(String.valueOf(body)),
                                gaps::incrementAndGet,
                                this::ask,
                                node -> ended,
                                new BusMeters(new SimpleMeterRegistry())))));
    inlet = opened.toCompletionStage().toCompletableFuture().join();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void whatIsSaidWhileASplitHealsIsNotTakenForTheEndOfWhatWasSaidBefore() throws Exception {
    say(1);
    // Cut off, it has said 2 to 89; the first one to come through overtakes the news of its return.
    say(90);
    assertThat(asked.tryAcquire(2, 10, TimeUnit.SECONDS)).isTrue();
    assertThat(next(1)).isEqualTo(List.of("1"));
    assertThat(heard).isEmpty();
    reachable = true;
    assertThat(next(89)).isEqualTo(numbers(2, 90));
    assertThat(gaps).hasValue(0);
  }

  @Test
  void aSourceThatHasEndedIsNotWaitedFor() throws Exception {
    say(1);
    ended = true;
    say(5);
    assertThat(next(2)).containsExactly("1", "5");
    assertThat(gaps).hasValue(1);
  }

  /**
   * A node that leaves has said what it took: the rest goes elsewhere, and would be heard twice.
   */
  @Test
  void whatIsSaidToAListenerThatHasClosedIsNotTaken() throws Exception {
    reachable = true;
    say(1);
    assertThat(next(1)).containsExactly("1");
    assertThat(get(inlet.close())).containsExactly(Map.entry(SOURCE, 1L));
    inlet.heard(SOURCE, 5);
    get(inlet.complete(SOURCE, 5));
    assertThat(asked.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(heard).isEmpty();
    assertThat(gaps).hasValue(0);
  }

  @Test
  void whatWasHeldWhenItClosedIsNotTakenEither() throws Exception {
    // given: 2 to 4 are asked for, and the answer is on its way
    say(1);
    assertThat(next(1)).containsExactly("1");
    late = Promise.promise();
    say(5);
    assertThat(asked.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
    Future<Void> complete = inlet.complete(SOURCE, 5);
    // when
    assertThat(get(inlet.close())).containsExactly(Map.entry(SOURCE, 1L));
    ended = true;
    late.fail(Failure.UNAVAILABLE.exception());
    // then
    get(complete);
    assertThat(heard.poll(300, TimeUnit.MILLISECONDS)).isNull();
    assertThat(gaps).hasValue(0);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private Future<Repair> ask(String node, Missed missed) {
    asked.release();
    if (late != null) {
      return late.future();
    }
    return reachable
        ? Future.succeededFuture(
            new Repair(
                missed.after() + 1,
                LongStream.rangeClosed(missed.after() + 1, missed.upTo())
                    .mapToObj(seq -> new Sent(seq, null, Long.toString(seq)))
                    .toList()))
        : Future.failedFuture(Failure.UNAVAILABLE.exception());
  }

  private void say(long seq) {
    context.runOnContext(ignored -> inlet.accept(SOURCE, seq, Long.toString(seq), null));
  }

  private List<String> next(int count) throws InterruptedException {
    List<String> next = new ArrayList<>();
    while (next.size() < count) {
      String one = heard.poll(10, TimeUnit.SECONDS);
      assertThat(one).as("after %s", next).isNotNull();
      next.add(one);
    }
    return next;
  }

  private static List<String> numbers(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(Long::toString).toList();
  }
}

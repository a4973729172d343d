package io.castmesh.call;

import io.castmesh.call.state.Action;
import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore;
import io.castmesh.call.state.CallStore.News;
import io.castmesh.call.state.CallStore.Untold;
import io.castmesh.call.state.Phase;
import io.castmesh.call.state.Side;
import io.castmesh.contract.Clients.SessionEnded;
import io.castmesh.contract.Done;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to calls though nobody says so: nobody answers, a device signs off, Redis forgets.
 * Every instance watches all calls; the atomic change decides who ends one.
 *
 * <p>Belongs to the event loop of its verticle.
 */
final class CallWatch {
  private static final Logger log = LoggerFactory.getLogger(CallWatch.class);

  /** Whoever slept longer cannot tell a call that Redis has lost from one that has ended. */
  private static final Duration TRUST_MEMORY = Duration.ofSeconds(60);

  /** Presence keeps people busy for a minute; rounds come every few seconds. */
  private static final int ROUNDS_TO_SAY_BUSY = 3;

  /** Gateways take so long to say who is online, and only then can somebody be busy. */
  private static final Duration BUSY_AGAIN = Duration.ofSeconds(20);

  private final CallStore calls;
  private final CallNews news;
  private final Clock clock;

  /**
   * Accepted calls as they were when last looked at: what Redis loses is put back from here. Also
   * counted by whoever scrapes metrics, on another thread.
   */
  private final Map<String, Call> remembered = new ConcurrentHashMap<>();

  private Instant sayBusyUntil = Instant.MIN;
  private Instant lastLook = Instant.MIN;
  private long round;

  CallWatch(CallStore calls, CallNews news, Clock clock) {
    this.calls = calls;
    this.news = news;
    this.clock = clock;
  }

  /** How many calls people talk in, as of the last look. */
  int talking() {
    return remembered.size();
  }

  /** Nobody has answered; harmless when somebody has. */
  Future<Void> timeOut(String callId) {
    return end(callId, call -> call.ended(Action.TIME_OUT, Side.CLOCK, clock.instant()));
  }

  /** Calls that rang when the instance that started them died. */
  Future<Void> sweepOverdue() {
    return calls.overdue().compose(ids -> each(ids, this::timeOut));
  }

  /** Tells what an instance wrote and could not tell: Redis was away, or it has died. */
  Future<Void> tellTheUntold() {
    return calls.untold().compose(all -> each(all, this::tellLate));
  }

  private Future<Void> tellLate(Untold untold) {
    News late = untold.news();
    Call then = late.after();
    return calls
        .find(List.of(then.id()))
        .compose(
            now -> {
              boolean stands = !now.isEmpty() && now.get(0).version() == then.version();
              if (stands && then.phase() == Phase.RINGING && isTooLate(then)) {
                return end(
                    then.id(), call -> call.ended(Action.CANCEL, Side.CALLER, clock.instant()));
              }
              log.info("telling what another instance could not call={}", then.id());
              news.tellLate(late, stands);
              return Future.succeededFuture();
            })
        .compose(done -> calls.told(untold.noted()));
  }

  /** Who called has been told that there was no answer. */
  private boolean isTooLate(Call call) {
    return clock.instant().isAfter(call.startedAt().plus(CallService.TOO_LATE));
  }

  /** Ends media that are still there though their call is over. */
  Future<Void> release() {
    return calls
        .releasing()
        .compose(all -> Future.join(all.stream().map(news::release).toList()))
        .mapEmpty();
  }

  /** A device has signed off, or did not come back in time. */
  Future<Void> sessionEnded(SessionEnded ended) {
    Action action =
        ended.moderated()
            ? Action.MODERATE
            : "closed".equals(ended.reason()) ? Action.LEAVE : Action.LOSE;
    String session = ended.session().sessionId();
    return calls
        .of(ended.user().id())
        .compose(
            callId ->
                callId == null
                    ? Future.succeededFuture()
                    : end(callId, call -> gone(call, session, action)));
  }

  private Call gone(Call call, String session, Action action) {
    if (action == Action.MODERATE && call.concerns(session)) {
      return call.ended(action, Side.CLOCK, clock.instant());
    }
    if (call.callerSession().sessionId().equals(session)) {
      return call.ended(action, Side.CALLER, clock.instant());
    }
    if (call.phase() == Phase.ACCEPTED && call.connects(session)) {
      return call.ended(action, Side.CALLEE, clock.instant());
    }
    if (call.phase() == Phase.RINGING && call.rings(session)) {
      Call rest = call.without(session);
      return rest.ringing().isEmpty() ? rest.ended(action, Side.CALLEE, clock.instant()) : rest;
    }
    throw Failure.CALL_STATE.exception();
  }

  /** Keeps accepted calls alive in Redis and puts back those that Redis has lost. */
  Future<Void> sweepAccepted() {
    Instant now = clock.instant();
    round++;
    if (lastLook.isBefore(now.minus(TRUST_MEMORY))) {
      remembered.clear();
    }
    return calls
        .accepted()
        .compose(ids -> each(ids, this::remember))
        .compose(done -> each(List.copyOf(remembered.values()), this::keep))
        .onSuccess(done -> lastLook = now);
  }

  private Future<Void> remember(String callId) {
    return calls
        .find(callId)
        .compose(
            call -> {
              if (call.phase() == Phase.ACCEPTED) {
                remembered.put(callId, call);
              }
              return Future.<Void>succeededFuture();
            })
        .recover(error -> isNotFound(error) ? calls.forget(callId) : Future.failedFuture(error));
  }

  private Future<Void> keep(Call call) {
    return calls
        .keep(call)
        .map(
            kept -> {
              if (!kept) {
                remembered.remove(call.id());
              } else if (round % ROUNDS_TO_SAY_BUSY == 0) {
                news.busy(call);
              }
              return null;
            });
  }

  /** Redis has come back empty: calls go on, and nobody is told anything. */
  Future<Void> restore(Duration ring) {
    sayBusyUntil = clock.instant().plus(BUSY_AGAIN);
    return calls
        .restore(ring)
        .map(
            put -> {
              put.stream()
                  .filter(call -> call.phase() == Phase.ACCEPTED)
                  .forEach(call -> remembered.put(call.id(), call));
              if (!put.isEmpty()) {
                log.info("calls put back count={}", put.size());
              }
              return null;
            });
  }

  /** The calls in which people talk, as of the last look. */
  List<Call> accepted() {
    return List.copyOf(remembered.values());
  }

  /** Says again who is busy, while presence may have forgotten it. */
  void remindOfBusy() {
    if (sayBusyUntil.isAfter(clock.instant())) {
      remembered.values().forEach(news::busy);
    }
  }

  /**
   * An administrator ends it.
   *
   * @return fails with {@code CALL_NOT_FOUND} or {@code CALL_STATE} when it has ended
   */
  Future<Done> moderate(String callId) {
    return calls
        .change(callId, call -> call.ended(Action.MODERATE, Side.CLOCK, clock.instant()))
        .onSuccess(
            done -> {
              remembered.remove(callId);
              news.tell(done, null);
            })
        .map(Done.DONE);
  }

  /** An administrator ends whatever call a person is in; being in none is no failure. */
  Future<Done> moderateOf(String userId) {
    return calls
        .of(userId)
        .compose(
            callId ->
                callId == null
                    ? Future.<Void>succeededFuture()
                    : end(callId, call -> call.ended(Action.MODERATE, Side.CLOCK, clock.instant())))
        .map(Done.DONE);
  }

  /** A device of a call is gone for good. */
  Future<Void> lose(Call call, Side side) {
    log.info("device of a call is gone call={} side={}", call.id(), side);
    return end(call.id(), current -> current.ended(Action.LOSE, side, clock.instant()));
  }

  private Future<Void> end(String callId, UnaryOperator<Call> change) {
    return calls
        .change(callId, change)
        .<Void>map(
            done -> {
              if (done.after().phase() == Phase.ENDED) {
                remembered.remove(callId);
                news.tell(done, null);
              }
              return null;
            })
        .recover(error -> isOver(error) ? Future.succeededFuture() : Future.failedFuture(error));
  }

  /** Somebody else was faster, or it does not concern the call. */
  private static boolean isOver(Throwable error) {
    return isNotFound(error)
        || (error instanceof FailureException f && f.failure() == Failure.CALL_STATE);
  }

  private static boolean isNotFound(Throwable error) {
    return error instanceof FailureException f && f.failure() == Failure.CALL_NOT_FOUND;
  }

  /** One after the other: this work is never urgent, and must not fill Redis's queue. */
  private static <T> Future<Void> each(List<T> items, Function<T, Future<Void>> work) {
    Future<Void> all = Future.succeededFuture();
    for (T item : items) {
      all = all.compose(before -> work.apply(item));
    }
    return all;
  }
}

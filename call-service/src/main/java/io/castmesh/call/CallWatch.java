package io.castmesh.call;

import io.castmesh.call.state.Action;
import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore;
import io.castmesh.call.state.Phase;
import io.castmesh.call.state.Side;
import io.castmesh.contract.Clients.SessionEnded;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Presence;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to calls though nobody says so: nobody answers, a device vanishes, Redis forgets.
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

  private final Bus bus;
  private final CallStore calls;
  private final CallNews news;
  private final Duration lostAfter;
  private final Clock clock;

  /**
   * Accepted calls as they were when last looked at: what Redis loses is put back from here. Also
   * counted by whoever scrapes metrics, on another thread.
   */
  private final Map<String, Call> remembered = new ConcurrentHashMap<>();

  private final Map<String, Instant> missing = new HashMap<>();
  private Instant lastLook = Instant.MIN;
  private long round;

  CallWatch(Bus bus, CallStore calls, CallNews news, Duration lostAfter, Clock clock) {
    this.bus = bus;
    this.calls = calls;
    this.news = news;
    this.lostAfter = lostAfter;
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

  /** A device has signed off, or did not come back in time. */
  Future<Void> sessionEnded(SessionEnded ended) {
    Action action = "closed".equals(ended.reason()) ? Action.LEAVE : Action.LOSE;
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

  /**
   * Keeps accepted calls alive in Redis, puts back those that Redis has lost, and ends those of
   * which a device has been gone for too long.
   */
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
        .compose(done -> checkDevices(List.copyOf(remembered.values())))
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
                news.busy(call, true);
              }
              return null;
            });
  }

  private Future<Void> checkDevices(List<Call> talking) {
    if (talking.isEmpty()) {
      missing.clear();
      return Future.succeededFuture();
    }
    List<String> devices = new ArrayList<>();
    for (Call call : talking) {
      devices.add(call.callerSession().sessionId());
      devices.add(call.calleeSession().sessionId());
    }
    return bus.ask(Presence.ALIVE, new Presence.AliveQuery(devices))
        .compose(
            alive -> {
              Set<String> gone = new HashSet<>(devices);
              gone.removeAll(alive.sessionIds());
              missing.keySet().retainAll(gone);
              gone.forEach(device -> missing.putIfAbsent(device, clock.instant()));
              return each(talking, this::endIfGone);
            });
  }

  private Future<Void> endIfGone(Call call) {
    Side side = null;
    if (isLost(call.callerSession().sessionId())) {
      side = Side.CALLER;
    } else if (isLost(call.calleeSession().sessionId())) {
      side = Side.CALLEE;
    }
    if (side == null) {
      return Future.succeededFuture();
    }
    Side lost = side;
    log.info("device of a call is gone call={} side={}", call.id(), lost);
    return end(call.id(), current -> current.ended(Action.LOSE, lost, clock.instant()));
  }

  private boolean isLost(String device) {
    Instant since = missing.get(device);
    return since != null && since.isBefore(clock.instant().minus(lostAfter));
  }

  private Future<Void> end(String callId, UnaryOperator<Call> change) {
    return calls
        .change(callId, change)
        .<Void>map(
            done -> {
              if (done.after().phase() == Phase.ENDED) {
                remembered.remove(callId);
                news.ended(done, null, null);
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

package io.castmesh.call;

import io.castmesh.call.state.Action;
import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore;
import io.castmesh.call.state.Phase;
import io.castmesh.call.state.Side;
import io.castmesh.contract.Accounts;
import io.castmesh.contract.Caller;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Calls.All;
import io.castmesh.contract.Calls.AllQuery;
import io.castmesh.contract.Calls.Connect;
import io.castmesh.contract.Calls.Going;
import io.castmesh.contract.Calls.Invite;
import io.castmesh.contract.Calls.Invited;
import io.castmesh.contract.Calls.Mine;
import io.castmesh.contract.Calls.OfCall;
import io.castmesh.contract.Calls.OfSession;
import io.castmesh.contract.Calls.Ongoing;
import io.castmesh.contract.Calls.State;
import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.Bus;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** What people do with calls. Thread-safe: all state is in the {@link CallStore}. */
final class CallService {
  /** The caller is about to be told that there was no answer: it must not ring after that. */
  static final Duration TOO_LATE = Calls.INVITE.deadline().minusSeconds(1);

  /** Read from Redis in one step. */
  private static final int LISTED_AT_MOST = 1000;

  private final Bus bus;
  private final CallStore calls;
  private final CallNews news;
  private final Duration ringTimeout;
  private final Consumer<Call> rings;
  private final Clock clock;

  /**
   * @param rings told of every call that begins to ring, to end it in time
   */
  CallService(
      Bus bus,
      CallStore calls,
      CallNews news,
      Duration ringTimeout,
      Consumer<Call> rings,
      Clock clock) {
    this.bus = bus;
    this.calls = calls;
    this.news = news;
    this.ringTimeout = ringTimeout;
    this.rings = rings;
    this.clock = clock;
  }

  /** Rings all devices of a person; one who is in another call is not disturbed. */
  Future<Invited> invite(Invite invite) {
    Caller caller = invite.caller();
    Instant asked = clock.instant();
    return person(invite.to())
        .compose(
            callee -> {
              if (callee.id().equals(caller.userId())) {
                return Future.failedFuture(
                    Failure.INVALID_PARAMS.exception("to: one cannot call oneself"));
              }
              return devices(callee).compose(devices -> ring(invite, callee, devices, asked));
            })
        .map(call -> new Invited(call.id(), call.phase().word()));
  }

  private Future<Call> ring(Invite invite, User callee, List<SessionRef> devices, Instant asked) {
    if (tooLate(asked)) {
      return Future.failedFuture(Failure.TIMEOUT.exception());
    }
    String id = UUID.randomUUID().toString();
    Call call = Call.ringing(id, invite.caller(), callee, devices, invite.video(), clock.instant());
    return calls
        .invite(call, ringTimeout)
        .compose(begun -> tooLate(asked) ? takeBack(call) : Future.succeededFuture(begun))
        .onSuccess(begun -> news.tell(begun, null))
        .map(begun -> call)
        .onSuccess(rings::accept)
        .onFailure(
            error -> {
              if (error instanceof FailureException f && f.failure() == Failure.USER_BUSY) {
                news.wasBusy();
              }
            });
  }

  private boolean tooLate(Instant asked) {
    return clock.instant().isAfter(asked.plus(TOO_LATE));
  }

  /** Nobody has been told of it; who has read it meanwhile is told of its end. */
  private Future<CallStore.Change> takeBack(Call call) {
    return calls
        .change(call.id(), begun -> begun.ended(Action.CANCEL, Side.CALLER, clock.instant()))
        .onSuccess(change -> news.tell(change, null))
        .transform(ended -> Future.failedFuture(Failure.TIMEOUT.exception()));
  }

  private Future<User> person(String nickname) {
    return bus.ask(Accounts.FIND, new Accounts.ByNickname(nickname))
        .compose(
            user ->
                user == null
                    ? Future.failedFuture(Failure.USER_NOT_FOUND.exception())
                    : Future.succeededFuture(user),
            error ->
                error instanceof FailureException f && f.failure() == Failure.NOT_FOUND
                    ? Future.failedFuture(Failure.USER_NOT_FOUND.exception())
                    : Future.failedFuture(error));
  }

  private Future<List<SessionRef>> devices(User user) {
    return bus.ask(Presence.FIND, new Presence.Lookup(List.of(user.id())))
        .map(found -> found.users().stream().flatMap(one -> one.sessions().stream()).toList())
        .compose(
            devices ->
                devices.isEmpty()
                    ? Future.failedFuture(Failure.USER_OFFLINE.exception())
                    : Future.succeededFuture(devices));
  }

  Future<State> accept(OfCall request) {
    Caller caller = request.caller();
    return calls
        .change(
            request.callId(),
            call -> call.accepted(caller.session(), call.side(caller.userId()), clock.instant()))
        .onSuccess(change -> news.tell(change, caller.sessionId()))
        .map(change -> state(change.after()));
  }

  Future<State> reject(OfCall request) {
    return end(request, Action.REJECT);
  }

  Future<State> cancel(OfCall request) {
    return end(request, Action.CANCEL);
  }

  Future<State> hangUp(OfCall request) {
    return end(request, Action.HANG_UP);
  }

  private Future<State> end(OfCall request, Action action) {
    Caller caller = request.caller();
    return calls
        .change(
            request.callId(),
            request.reason(),
            call -> call.ended(action, call.side(caller.userId()), clock.instant()))
        .onSuccess(change -> news.tell(change, caller.sessionId()))
        .map(change -> state(change.after()));
  }

  /** Brings the media of one of the two devices that talk. */
  Future<Media.Answer> connect(Connect request) {
    Caller caller = request.caller();
    return calls
        .find(request.callId())
        .compose(
            call -> {
              Side side = call.side(caller.userId());
              if (call.phase() != Phase.ACCEPTED) {
                throw Failure.CALL_STATE.exception("it is " + call.phase().word());
              }
              if (!call.connects(caller.sessionId())) {
                throw Failure.CALL_STATE.exception(
                    side == Side.CALLEE
                        ? "it was answered on another device"
                        : "it was made on another device");
              }
              return bus.ask(
                  Media.CALL_CONNECT, new Media.JoinCall(caller, call.id(), request.sdpOffer()));
            })
        .compose(answer -> stillGoing(request.callId(), answer));
  }

  /** A call that ended while its media was made has asked for its end too early. */
  private Future<Media.Answer> stillGoing(String callId, Media.Answer answer) {
    return calls
        .find(callId)
        .transform(
            now -> {
              boolean over =
                  now.succeeded()
                      ? now.result().phase() != Phase.ACCEPTED
                      : now.cause() instanceof FailureException known
                          && known.failure() == Failure.CALL_NOT_FOUND;
              return over
                  ? bus.ask(Media.CALL_END, new Media.OfCall(callId))
                      .transform(ended -> Future.failedFuture(Failure.CALL_STATE.exception()))
                  : Future.succeededFuture(answer);
            });
  }

  /** What a device that has lost events must know of its call. */
  Future<Mine> list(OfSession request) {
    String user = request.caller().userId();
    String device = request.caller().sessionId();
    return calls
        .of(user)
        .compose(id -> id == null ? Future.<Call>succeededFuture() : calls.find(id))
        .recover(
            error ->
                error instanceof FailureException known && known.failure() == Failure.CALL_NOT_FOUND
                    ? Future.succeededFuture()
                    : Future.failedFuture(error))
        .map(
            call ->
                call == null || !call.concerns(device)
                    ? new Mine(List.of())
                    : new Mine(List.of(going(call, call.side(user)))));
  }

  /** Every call that is not over, the newest first. */
  Future<All> all(AllQuery query) {
    return calls
        .accepted()
        .compose(talked -> calls.ringing().map(rung -> both(talked, rung)))
        .compose(
            ids ->
                calls
                    .find(ids.subList(0, Math.min(ids.size(), LISTED_AT_MOST)))
                    .map(found -> page(found, ids.size(), query.limit())));
  }

  private static List<String> both(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private static All page(List<Call> found, int total, int limit) {
    return new All(
        found.stream()
            .filter(call -> call.phase() != Phase.ENDED)
            .sorted(Comparator.comparing(Call::startedAt).reversed())
            .limit(Math.max(0, limit))
            .map(CallService::ongoing)
            .toList(),
        total);
  }

  private static Ongoing ongoing(Call call) {
    return new Ongoing(
        call.id(),
        call.phase().word(),
        call.caller(),
        call.callee(),
        call.video(),
        call.startedAt(),
        call.answeredAt());
  }

  private static Going going(Call call, Side side) {
    boolean incoming = side == Side.CALLEE;
    User peer = incoming ? call.caller() : call.callee();
    return new Going(call.id(), call.phase().word(), peer, incoming, call.video());
  }

  private static State state(Call call) {
    return new State(call.phase().word());
  }
}

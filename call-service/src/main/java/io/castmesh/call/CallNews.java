package io.castmesh.call;

import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore;
import io.castmesh.call.state.CallStore.Change;
import io.castmesh.call.state.CallStore.News;
import io.castmesh.call.state.Phase;
import io.castmesh.contract.Endpoint;
import io.castmesh.contract.Media;
import io.castmesh.contract.Presence;
import io.castmesh.contract.SessionRef;
import io.castmesh.contract.User;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.metrics.Counters;
import io.castmesh.runtime.metrics.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells devices, presence and media what has become of a call. Whoever made the change does, so
 * that everything is told once; when it cannot, another one does a moment later.
 */
final class CallNews {
  private static final Logger log = LoggerFactory.getLogger(CallNews.class);

  private static final int ATTEMPTS = 4;
  private static final long AGAIN_AFTER_MS = 1000;

  private record Incoming(String callId, User from, boolean video) {}

  private record OfCall(String callId) {}

  private record Accepted(String callId, User by) {}

  private record Because(String callId, String reason) {}

  private final Vertx vertx;
  private final CallStore calls;
  private final Bus bus;
  private final ClientMessenger clients;
  private final Counters ends;

  CallNews(Vertx vertx, CallStore calls, Bus bus, ClientMessenger clients, MeterRegistry metrics) {
    this.vertx = vertx;
    this.calls = calls;
    this.bus = bus;
    this.clients = clients;
    this.ends = Metric.CALLS_ENDED.counters(metrics);
  }

  /**
   * Of what was written just now.
   *
   * @param by the session that ended it and has its answer; null when no session did
   */
  void tell(Change change, String by) {
    if (change.noted().isEmpty() || !change.prompt()) {
      return;
    }
    News news = change.news();
    switch (news.after().phase()) {
      case RINGING -> ringing(news.after());
      case ACCEPTED -> {
        accepted(news.after(), List.of(news.after().callerSession()));
        answeredElsewhere(news.after());
      }
      case ENDED -> ended(news, by);
    }
    calls.told(change.noted()).onFailure(away -> {}); // at worst it is told twice
  }

  /**
   * Of what somebody else has written and could not tell. Who asked for it has no answer, and is
   * told like everybody.
   *
   * @param stands whether the call is still as it was then
   */
  void tellLate(News news, boolean stands) {
    Call call = news.after();
    switch (call.phase()) {
      case RINGING -> {
        if (stands) {
          ringing(call);
        }
      }
      case ACCEPTED -> {
        if (stands) {
          accepted(call, List.of(call.callerSession(), call.calleeSession()));
        }
        answeredElsewhere(call);
      }
      case ENDED -> ended(news, null);
    }
  }

  private void ringing(Call call) {
    clients.toSessions(
        call.ringing(), "call.incoming", new Incoming(call.id(), call.caller(), call.video()));
    clients.toSession(call.callerSession(), "call.ringing", new OfCall(call.id()));
  }

  private void accepted(Call call, List<SessionRef> told) {
    clients.toSessions(told, "call.accepted", new Accepted(call.id(), call.callee()));
    busy(call);
  }

  private void answeredElsewhere(Call call) {
    List<SessionRef> others = new ArrayList<>(call.ringing());
    others.removeIf(device -> device.sessionId().equals(call.calleeSession().sessionId()));
    clients.toSessions(others, "call.ended", new Because(call.id(), "answered_elsewhere"));
  }

  private void ended(News news, String by) {
    Call call = news.after();
    boolean talked = news.before().phase() == Phase.ACCEPTED;
    if ("rejected".equals(call.reason())) {
      clients.toSession(
          call.callerSession(), "call.rejected", new Because(call.id(), news.words()));
    }
    List<SessionRef> told = new ArrayList<>();
    told.add(call.callerSession());
    if (talked) {
      told.add(call.calleeSession());
    } else {
      told.addAll(news.before().ringing());
    }
    told.removeIf(session -> session.sessionId().equals(by));
    clients.toSessions(told, "call.ended", new Because(call.id(), call.reason()));
    count(call.reason());
    if (talked) {
      release(call.id()).onFailure(away -> {}); // asked for again by whoever looks first
      free(call.caller());
      free(call.callee());
    }
  }

  /** Ends the media of a call that is over; it may have none. */
  Future<Void> release(String callId) {
    return bus.ask(Media.CALL_END, new Media.OfCall(callId))
        .compose(done -> calls.released(callId));
  }

  /** Somebody called a person who was in another call. */
  void wasBusy() {
    count("busy");
  }

  /** Presence forgets who is busy after a while, and when Redis does; it is said again anyway. */
  void busy(Call call) {
    for (User one : List.of(call.caller(), call.callee())) {
      bus.ask(Presence.BUSY, new Presence.Busy(one.id(), true))
          .onFailure(error -> log.warn("not told who is busy error={}", error.getMessage()));
    }
  }

  private void free(User user) {
    surely(Presence.BUSY, new Presence.Busy(user.id(), false), ATTEMPTS);
  }

  private void count(String reason) {
    ends.of(reason).increment();
  }

  /** The call does not wait for this; whoever does not answer is asked again a few times. */
  private <Q, R> void surely(Endpoint<Q, R> endpoint, Q question, int attempts) {
    bus.ask(endpoint, question)
        .onFailure(
            error -> {
              if (attempts > 1) {
                vertx.setTimer(AGAIN_AFTER_MS, t -> surely(endpoint, question, attempts - 1));
              } else {
                log.warn("not told endpoint={} error={}", endpoint.address(), error.getMessage());
              }
            });
  }
}

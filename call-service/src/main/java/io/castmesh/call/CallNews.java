package io.castmesh.call;

import io.castmesh.call.state.Call;
import io.castmesh.call.state.CallStore.Change;
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
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells devices, presence and media what has become of a call. Called by whoever made the change,
 * so that everything is told once.
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
  private final Bus bus;
  private final ClientMessenger clients;
  private final Counters ends;

  CallNews(Vertx vertx, Bus bus, ClientMessenger clients, MeterRegistry metrics) {
    this.vertx = vertx;
    this.bus = bus;
    this.clients = clients;
    this.ends = Metric.CALLS_ENDED.counters(metrics);
  }

  void ringing(Call call) {
    clients.toSessions(
        call.ringing(), "call.incoming", new Incoming(call.id(), call.caller(), call.video()));
    clients.toSession(call.callerSession(), "call.ringing", new OfCall(call.id()));
  }

  void accepted(Call call) {
    clients.toSession(
        call.callerSession(), "call.accepted", new Accepted(call.id(), call.callee()));
    List<SessionRef> others = new ArrayList<>(call.ringing());
    others.removeIf(device -> device.sessionId().equals(call.calleeSession().sessionId()));
    clients.toSessions(others, "call.ended", new Because(call.id(), "answered_elsewhere"));
    busy(call, true);
  }

  /**
   * @param by the session that ended it and has its answer; null when no session did
   * @param words of who rejected it, for the caller; may be null
   */
  void ended(Change change, String by, String words) {
    Call call = change.after();
    boolean talked = change.before().phase() == Phase.ACCEPTED;
    if ("rejected".equals(call.reason())) {
      clients.toSession(call.callerSession(), "call.rejected", new Because(call.id(), words));
    }
    List<SessionRef> told = new ArrayList<>();
    told.add(call.callerSession());
    if (talked) {
      told.add(call.calleeSession());
    } else {
      told.addAll(change.before().ringing());
    }
    told.removeIf(session -> session.sessionId().equals(by));
    clients.toSessions(told, "call.ended", new Because(call.id(), call.reason()));
    count(call.reason());
    if (talked) {
      surely(Media.CALL_END, new Media.OfCall(call.id()), ATTEMPTS);
      busy(call, false);
    }
  }

  /** Somebody called a person who was in another call. */
  void wasBusy() {
    count("busy");
  }

  /** Presence forgets who is busy when Redis does; saying it again changes nothing. */
  void busy(Call call, boolean busy) {
    surely(Presence.BUSY, new Presence.Busy(call.caller().id(), busy), ATTEMPTS);
    surely(Presence.BUSY, new Presence.Busy(call.callee().id(), busy), ATTEMPTS);
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

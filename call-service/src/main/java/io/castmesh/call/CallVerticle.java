package io.castmesh.call;

import io.castmesh.call.history.CallLog;
import io.castmesh.call.state.CallStore;
import io.castmesh.contract.Calls;
import io.castmesh.contract.Clients;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.metrics.Metric;
import io.castmesh.runtime.store.Migrations;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts call-service on the bus; ready when its table stands and the whole cluster can ask it. */
public final class CallVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(CallVerticle.class);

  private static final long OVERDUE_MS = 1000;
  private static final long ACCEPTED_MS = 5000;
  private static final long DEVICES_MS = 2000;
  private static final long UNTOLD_MS = 1000;
  private static final long RELEASE_MS = 5000;
  private static final long LOG_MS = 2000;

  /** What does not reach MySQL by then stays in Redis, for another instance. */
  private static final long LAST_CARRY_SECONDS = 3;

  private final Mesh mesh;
  private final CallConfig config;
  private CallLog history;

  public CallVerticle(Mesh mesh, CallConfig config) {
    this.mesh = mesh;
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Bus bus = mesh.bus();
    CallStore calls = new CallStore(mesh.redis(), Clock.systemUTC());
    CallNews news = new CallNews(vertx, calls, bus, mesh.clients(), mesh.metrics());
    CallWatch watch = new CallWatch(calls, news, Clock.systemUTC());
    CallDevices devices =
        new CallDevices(bus, mesh.peers(), watch, config.lostAfter(), Clock.systemUTC());
    Metric.TALKING.gauge(mesh.metrics(), watch, CallWatch::talking);
    CallService service =
        new CallService(
            bus,
            calls,
            news,
            config.ringTimeout(),
            call ->
                vertx.setTimer(
                    config.ringTimeout().toMillis(),
                    timer -> quietly(watch.timeOut(call.id()), "ring timeout")),
            Clock.systemUTC());
    history = new CallLog(mesh.redis(), mesh.mysql(), mesh.metrics());
    every(OVERDUE_MS, "overdue calls", watch::sweepOverdue);
    every(UNTOLD_MS, "untold changes of calls", watch::tellTheUntold);
    every(RELEASE_MS, "media of ended calls", watch::release);
    every(ACCEPTED_MS, "accepted calls", watch::sweepAccepted);
    every(DEVICES_MS, "devices of calls", devices::look);
    mesh.redis()
        .onEmptied(() -> quietly(watch.restore(config.ringTimeout()), "putting calls back"));
    every(LOG_MS, "call log", history::carry);
    return Migrations.run(vertx, mesh.config().mysqlUrl(), "call")
        .compose(
            migrated ->
                Future.all(
                    List.of(
                        bus.serve(Calls.INVITE, service::invite),
                        bus.serve(Calls.ACCEPT, service::accept),
                        bus.serve(Calls.REJECT, service::reject),
                        bus.serve(Calls.CANCEL, service::cancel),
                        bus.serve(Calls.HANGUP, service::hangUp),
                        bus.serve(Calls.CONNECT, service::connect),
                        bus.serve(Calls.LIST, service::list),
                        bus.serve(Calls.ALL, service::all),
                        bus.serve(Calls.END, request -> watch.moderate(request.callId())),
                        bus.serve(Calls.END_OF, request -> watch.moderateOf(request.userId())),
                        bus.listen(
                            Clients.SESSION_ENDED,
                            ended -> quietly(watch.sessionEnded(ended), "session end")))));
  }

  @Override
  public Future<?> stop() {
    return history.carry().timeout(LAST_CARRY_SECONDS, TimeUnit.SECONDS).otherwise(0);
  }

  /** A round that has not ended yet is not started again. */
  private void every(long ms, String what, Supplier<Future<?>> round) {
    AtomicBoolean running = new AtomicBoolean();
    vertx.setPeriodic(
        ms,
        timer -> {
          if (running.compareAndSet(false, true)) {
            quietly(round.get().onComplete(done -> running.set(false)), what);
          }
        });
  }

  private static void quietly(Future<?> work, String what) {
    work.onFailure(error -> log.warn("{} failed error={}", what, error.toString()));
  }
}

package io.castmesh.gateway.session;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import io.castmesh.gateway.GatewayConfig;
import io.castmesh.gateway.rpc.RpcFrames;
import io.castmesh.gateway.rpc.RpcRequest;
import io.castmesh.runtime.trace.Step;
import io.castmesh.runtime.trace.Trace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket from its opening to its close: reads messages, holds it to its limits, answers each
 * request once. Belongs to the gateway's event loop.
 */
public final class Connection {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final String AUTHENTICATE = "session.authenticate";

  /** Beyond the deadline of every question. */
  private static final long ANSWERS_NANOS = 11_000_000_000L;

  private static final long ANSWERS_POLL_MILLIS = 20;
  private static final int OUR_FAULT = 500;

  private final Vertx vertx;
  private final Sessions sessions;
  private final ClientSocket socket;
  private final GatewayConfig.Limits limits;
  private final GatewayConfig.Session times;
  private final SessionMeters meters;
  private final Outbox outbox;
  private final long authenticationTimer;
  private TokenBucket rate;
  private Session session;
  private boolean authenticating;
  private boolean closed;
  private int inFlight;
  private int refusals;
  private long heardAt = System.nanoTime();

  Connection(Vertx vertx, Sessions sessions, ClientSocket socket, GatewayConfig config) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.socket = socket;
    this.limits = config.limits();
    this.times = config.session();
    this.meters = sessions.meters();
    this.outbox =
        new Outbox(
            socket,
            limits.outboxBytes(),
            System::nanoTime,
            () -> close(CloseCode.SLOW_CONSUMER),
            meters);
    this.rate = Session.rate(limits);
    this.authenticationTimer =
        vertx.setTimer(
            times.authenticateWithin().toMillis(),
            timer -> {
              if (session == null) {
                close(CloseCode.NOT_AUTHENTICATED);
              }
            });
  }

  /** Bytes that have not left yet. */
  long unsent() {
    return outbox.unsent();
  }

  String address() {
    return socket.address();
  }

  void send(String frame) {
    outbox.send(frame);
  }

  /** A message has come. */
  public void receive(String text) {
    if (closed) {
      return;
    }
    heardAt = System.nanoTime();
    if (sessions.late()) {
      // Its client has long given up what it asked, and may be elsewhere: it says so again.
      close(CloseCode.HEARTBEAT_MISSED);
      return;
    }
    if (session != null) {
      session.heard();
    }
    int bytes = Outbox.utf8Length(text);
    meters.received(bytes);
    if (bytes > limits.messageBytes()) {
      close(CloseCode.MESSAGE_TOO_LARGE);
      return;
    }
    if (rate.full(heardAt)) {
      refusals = 0;
    }
    boolean allowed = rate.take(heardAt);
    RpcRequest request;
    try {
      request = RpcRequest.parse(text);
    } catch (RpcRequest.BadParams e) {
      if (!allowed) {
        refuse(e.id());
      } else if (e.id() != null) {
        meters.refused(Failure.INVALID_PARAMS);
        send(
            RpcFrames.error(
                e.id(), Failure.INVALID_PARAMS.exception("send params as an object"), null));
      }
      return;
    } catch (FailureException e) {
      if (allowed) {
        meters.refused(e.failure());
        send(RpcFrames.error(null, e, null));
      } else {
        refuse(null);
      }
      return;
    }
    if (!allowed || inFlight >= limits.inFlight()) {
      refuse(request.id());
      return;
    }
    Step step = sessions.step(request);
    step.trace()
        .run(
            vertx,
            () -> {
              handle(request, step);
              return null;
            });
  }

  /** The socket has gone. Closing with 1000 or 1001 is a client that leaves for good. */
  public void gone(int closeCode) {
    vertx.cancelTimer(authenticationTimer);
    closed = true;
    outbox.close();
    sessions.forget(this);
    if (session != null && session.detach(this)) {
      sessions.detached(session, closeCode == 1000 || closeCode == 1001, 0);
    }
  }

  /** The client pings without end. */
  public void flooded() {
    close(CloseCode.TOO_MANY_REQUESTS);
  }

  /**
   * Closes the socket; its session waits for the client to return. The wait begins at once: a peer
   * that is gone or does not read may never complete the closing handshake.
   */
  void close(CloseCode code) {
    if (closed) {
      return;
    }
    closed = true;
    outbox.close();
    if (code != CloseCode.DRAINING && code != CloseCode.REPLACED) {
      log.info("closing socket code={} reason=\"{}\"", code.code(), code.reason());
    }
    meters.closed(code);
    socket.close(code);
    if (session != null && session.detach(this)) {
      // Of the time in which this process stood still nobody knows how silent the client was.
      boolean counts = code == CloseCode.HEARTBEAT_MISSED && !sessions.late();
      long silent = counts ? System.nanoTime() - heardAt : 0;
      sessions.detached(session, false, silent);
    }
  }

  /**
   * Tells the client to go to another gateway, and closes when what it has asked is answered.
   * Whatever it asks from now on is answered, too, until then.
   */
  void sendAway() {
    if (session != null) {
      session.deliver(Drain.news(Drain.pauseOfClient()));
    }
    closeWhenAnswered(System.nanoTime() + ANSWERS_NANOS);
  }

  private void closeWhenAnswered(long end) {
    if (inFlight == 0 || System.nanoTime() > end) {
      // After what was written before, the answers among it.
      vertx.runOnContext(next -> close(CloseCode.DRAINING));
    } else {
      vertx.setTimer(ANSWERS_POLL_MILLIS, timer -> closeWhenAnswered(end));
    }
  }

  /** To be called now and then: notices clients that are silent or do not read. */
  void check(long now) {
    outbox.check();
    if (session != null && now - heardAt > times.heartbeat().toNanos() * 5 / 2) {
      close(CloseCode.HEARTBEAT_MISSED);
    }
  }

  private void handle(RpcRequest request, Step step) {
    inFlight++;
    if (request.method().equals(AUTHENTICATE)) {
      authenticate(request, step);
      return;
    }
    long begin = System.nanoTime();
    Future<?> answer = answer(request);
    answer.onComplete(
        result -> {
          inFlight--;
          answered(request, step, null, begin);
          if (!request.notification()) {
            send(RpcFrames.result(request.id(), result));
          }
        },
        error -> {
          inFlight--;
          answered(request, step, error, begin);
          fail(request, error);
        });
  }

  private void answered(RpcRequest request, Step step, Throwable error, long begin) {
    long nanos = System.nanoTime() - begin;
    sessions.answered(request.method(), error, nanos);
    step.end(error);
    log.debug(
        "answered method={} outcome={} us={}",
        request.method(),
        SessionMeters.outcome(error),
        nanos / 1_000);
  }

  private Future<?> answer(RpcRequest request) {
    if (session == null) {
      return Future.failedFuture(Failure.UNAUTHENTICATED.exception());
    }
    try {
      return sessions.methods().speaks(request.method())
          ? sessions.discipline().speaking(session.user().id(), () -> call(request))
          : call(request);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<?> call(RpcRequest request) {
    return sessions.methods().call(session, request.method(), request.params());
  }

  private void authenticate(RpcRequest request, Step step) {
    String problem = sessions.methods().problem(AUTHENTICATE, request.params());
    if (problem != null || session != null || authenticating || request.notification()) {
      inFlight--;
      FailureException refusal =
          problem != null
              ? Failure.INVALID_PARAMS.exception(problem)
              : Failure.INVALID_REQUEST.exception("authenticate once, as a request");
      step.end(refusal);
      fail(request, refusal);
      return;
    }
    authenticating = true;
    long begin = System.nanoTime();
    JsonObject resume = request.params().getJsonObject("resume");
    sessions
        .admission()
        .authenticate(request.params().getString("token"), resume)
        .onComplete(
            welcome -> {
              inFlight--;
              meters.answered(AUTHENTICATE, null, System.nanoTime() - begin);
              authenticating = false;
              step.end();
              if (closed) {
                sessions.abandoned(welcome);
                return;
              }
              vertx.cancelTimer(authenticationTimer);
              session = welcome.session();
              // Who comes back again and again may send no more for it.
              rate = session.rate();
              send(RpcFrames.result(request.id(), welcome.answer()));
              sessions.attach(welcome, this);
            },
            error -> {
              inFlight--;
              meters.answered(AUTHENTICATE, error, System.nanoTime() - begin);
              authenticating = false;
              step.end(error);
              fail(request, error);
              boolean retryable =
                  error instanceof FailureException known && known.failure().retryable();
              if (!retryable) {
                // The error goes out first: the client is to know why.
                vertx.runOnContext(next -> close(closeCode(error)));
              }
            });
  }

  private static CloseCode closeCode(Throwable error) {
    Failure failure = error instanceof FailureException known ? known.failure() : Failure.INTERNAL;
    return switch (failure) {
      case BANNED -> CloseCode.BANNED;
      case KICKED -> CloseCode.KICKED;
      default -> CloseCode.NOT_AUTHENTICATED;
    };
  }

  private void refuse(Object id) {
    refusals++;
    meters.refused(Failure.TOO_MANY_REQUESTS);
    if (refusals > limits.messagesPerSecond() * 4) {
      close(CloseCode.TOO_MANY_REQUESTS);
    } else if (id != null) {
      send(RpcFrames.error(id, Failure.TOO_MANY_REQUESTS.exception(), null));
    }
  }

  private void fail(RpcRequest request, Throwable error) {
    FailureException failure;
    if (error instanceof FailureException known) {
      failure = known;
      if (known.failure().httpStatus() >= OUR_FAULT) {
        sessions.unanswered(request.method(), known.failure());
      }
    } else {
      log.error("request failed method={}", request.method(), error);
      failure = Failure.INTERNAL.exception();
    }
    if (!request.notification()) {
      send(RpcFrames.error(request.id(), failure, Trace.currentId()));
    }
  }
}

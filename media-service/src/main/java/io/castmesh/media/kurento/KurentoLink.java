package io.castmesh.media.kurento;

import io.castmesh.contract.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.kurento.client.KurentoClient;
import org.kurento.client.KurentoObject;
import org.kurento.client.internal.server.KurentoServerException;
import org.kurento.jsonrpc.client.JsonRpcClientNettyWebSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one media server. kurento-client reconnects by itself for a moment; when that
 * fails, when nobody listens there any more, when the server is another one afterwards or when it
 * stops answering, the server counts as lost with everything on it, and a new client is built with
 * growing pauses.
 *
 * <p>Confined to the event loop that {@link #start} was called on; listeners of the client are
 * brought there.
 */
public final class KurentoLink {
  private static final Logger log = LoggerFactory.getLogger(KurentoLink.class);

  private static final int CONNECT_MILLIS = 3_000;

  /** For a dropped connection to a server that still lives: long enough for one or two attempts. */
  private static final long RECONNECT_MILLIS = 3_000;

  private static final long FIRST_PAUSE_MILLIS = 500;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  /** What a server that lives has answered long before; it has threads of its own. */
  private static final Duration PING = Duration.ofSeconds(3);

  /** What happens to the link. */
  public interface Listener {
    void onUp(KurentoLink link);

    /** Everything that was made on the server is gone. */
    void onLost(KurentoLink link);
  }

  private final Vertx vertx;
  private final Context context;
  private final Workers workers;
  private final Workers pingWorker;
  private final PortProbe probe;
  private final UpgradeProbe upgrade;
  private final String url;
  private final Duration deadline;
  private final Listener listener;
  private final ServerMeters meters;
  private final long pingTimer;
  private KurentoClient client;
  private int generation;
  private int missedPings;
  private boolean pinging;
  private boolean closed;
  private long pause = FIRST_PAUSE_MILLIS;

  /**
   * @param threads that wait for this server
   */
  public KurentoLink(
      Vertx vertx,
      int threads,
      String url,
      Duration deadline,
      Duration pingEvery,
      Listener listener,
      ServerMeters meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.workers = new Workers(vertx, "kurento " + url, threads, deadline);
    this.pingWorker = new Workers(vertx, "kurento ping " + url, 1, deadline);
    this.probe = new PortProbe(vertx, url);
    this.upgrade = new UpgradeProbe(vertx, url);
    this.url = url;
    this.deadline = deadline;
    this.listener = listener;
    this.meters = meters;
    this.pingTimer = vertx.setPeriodic(pingEvery.toMillis(), timer -> ping());
  }

  /** Tries to connect, again and again until it works; completes after the first attempt. */
  public Future<Void> start() {
    int attempt = ++generation;
    return upgrade
        .run()
        .compose(answered -> connectApart(attempt))
        .map(
            connected -> {
              if (closed || attempt != generation) {
                destroy(connected);
                return null;
              }
              client = connected;
              pause = FIRST_PAUSE_MILLIS;
              missedPings = 0;
              log.info("media server is up url={}", url);
              listener.onUp(this);
              return (Void) null;
            })
        .otherwise(
            error -> {
              log.warn("media server cannot be reached url={} error={}", url, error.toString());
              startLater();
              return null;
            });
  }

  /** On a thread of its own: one that kurento-client never gives back is none of the calls'. */
  private Future<KurentoClient> connectApart(int attempt) {
    Workers own = new Workers(vertx, "kurento connect " + url + " " + attempt, 1, deadline);
    return own.run(
            deadline.plusMillis(CONNECT_MILLIS), () -> connect(attempt), KurentoClient::destroy)
        .onComplete(done -> own.close());
  }

  public String url() {
    return url;
  }

  public boolean up() {
    return client != null;
  }

  /** Asks the server something; fails with a failure of the catalogue within the deadline. */
  public <T> Future<T> call(String what, Function<KurentoClient, T> question) {
    return make(what, question, late -> {});
  }

  /** Asks for something that may not be there any more: then it is empty. */
  public <T> Future<Optional<T>> find(String what, Function<KurentoClient, T> question) {
    return call(
        what,
        now -> {
          try {
            return Optional.of(question.apply(now));
          } catch (KurentoServerException refused) {
            if (KurentoFailures.gone(refused)) {
              return Optional.empty();
            }
            throw refused;
          }
        });
  }

  /** Has the server make something that is released again should it come too late. */
  public <T> Future<T> make(String what, Function<KurentoClient, T> maker, Consumer<T> undo) {
    KurentoClient now = client;
    if (now == null) {
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
    }
    return meters
        .measured(workers.run(deadline, () -> maker.apply(now), undo))
        .recover(error -> Future.failedFuture(KurentoFailures.of(what, error)));
  }

  /** Waits longer than for other answers: for what the server has to write to disk. */
  public Future<Void> finish(String what, Consumer<KurentoClient> work, Duration within) {
    KurentoClient now = client;
    if (now == null) {
      return Future.failedFuture(Failure.MEDIA_UNAVAILABLE.exception());
    }
    return workers
        .<Void>run(
            within,
            () -> {
              work.accept(now);
              return null;
            })
        .recover(error -> Future.failedFuture(KurentoFailures.of(what, error)));
  }

  /** Releases an object of the server; what is gone already is released. */
  public Future<Void> release(KurentoObject object) {
    if (client == null) {
      // The server is gone, and its objects with it.
      return Future.succeededFuture();
    }
    return call(
        "release",
        ignored -> {
          releaseNow(object);
          return null;
        });
  }

  /** How long a media server may take for one answer. */
  public Duration deadline() {
    return deadline;
  }

  /** For worker threads. */
  public static void releaseNow(KurentoObject object) {
    try {
      object.release();
    } catch (KurentoServerException gone) {
      if (!KurentoFailures.gone(gone)) {
        throw gone;
      }
    }
  }

  /** Runs what a listener of the client reports on the event loop. */
  public void report(Runnable event) {
    context.runOnContext(ignored -> event.run());
  }

  /**
   * Closes the connection and nothing else: the session on the server is not closed, so that what
   * another instance has not adopted yet lives until the server's garbage collection.
   */
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(pingTimer);
    KurentoClient last = client;
    client = null;
    generation++;
    return (last == null ? Future.<Void>succeededFuture() : destroy(last))
        .eventually(probe::close)
        .eventually(upgrade::close)
        .eventually(pingWorker::close)
        .eventually(workers::close);
  }

  private KurentoClient connect(int attempt) throws IOException {
    JsonRpcClientNettyWebSocket socket = new JsonRpcClientNettyWebSocket(url);
    socket.setConnectionTimeout(CONNECT_MILLIS);
    socket.setRequestTimeout(deadline.toMillis());
    socket.setTryReconnectingMaxTime(RECONNECT_MILLIS);
    // One after the other, so that candidates arrive in order. It must not wait for anything: our
    // listeners only hand on, and objects are built without the lock that its own blocking build
    // holds while it waits for the reply, which the event in front of it would never let through.
    socket.setConcurrentServerRequest(false);
    socket.setSendCloseMessage(false);
    socket.onReconnecting(() -> report(() -> dropped(attempt)));
    socket.onDisconnected(() -> report(() -> lost(attempt, "disconnected")));
    socket.onConnectionFailed(() -> report(() -> lost(attempt, "connection failed")));
    socket.onReconnected(
        same -> {
          if (!same) {
            report(() -> lost(attempt, "another server answers"));
          }
        });
    KurentoClient made = KurentoClient.createFromJsonRpcClientHonoringClientTimeouts(socket);
    try {
      made.getServerManager().getCpuCount();
      return made;
    } catch (RuntimeException mute) {
      made.destroy();
      throw mute;
    }
  }

  /** The connection has dropped: those on a server that is dead are told at once. */
  private void dropped(int attempt) {
    if (attempt == generation && client != null) {
      probe
          .isClosed()
          .onSuccess(
              dead -> {
                if (dead) {
                  lost(attempt, "nobody listens there");
                }
              });
    }
  }

  private void ping() {
    KurentoClient asked = client;
    if (asked == null || pinging) {
      return;
    }
    pinging = true;
    int attempt = generation;
    Duration within = deadline.compareTo(PING) < 0 ? deadline : PING;
    pingWorker
        .run(within, () -> asked.getServerManager().getCpuCount())
        .onComplete(
            answer -> {
              pinging = false;
              if (attempt != generation) {
                return;
              }
              if (answer.succeeded()) {
                missedPings = 0;
              } else if (++missedPings >= 2) {
                lost(attempt, "does not answer");
              }
            });
  }

  private void lost(int attempt, String why) {
    if (attempt != generation || client == null) {
      return;
    }
    log.warn("media server is lost url={} reason={}", url, why);
    meters.lost();
    destroy(client);
    client = null;
    generation++;
    listener.onLost(this);
    startLater();
  }

  private void startLater() {
    if (!closed) {
      vertx
          .timer(pause, TimeUnit.MILLISECONDS)
          .onSuccess(
              timer -> {
                if (!closed && client == null) {
                  start();
                }
              });
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }
  }

  private Future<Void> destroy(KurentoClient old) {
    return workers
        .<Void>run(
            deadline,
            () -> {
              old.destroy();
              return null;
            })
        .otherwise(
            error -> {
              log.debug("a client was not destroyed cleanly", error);
              return null;
            });
  }
}

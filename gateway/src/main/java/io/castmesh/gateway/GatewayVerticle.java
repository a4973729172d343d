package io.castmesh.gateway;

import io.castmesh.contract.Accounts;
import io.castmesh.contract.Clients;
import io.castmesh.gateway.account.AccessTokens;
import io.castmesh.gateway.account.AccountService;
import io.castmesh.gateway.account.Passwords;
import io.castmesh.gateway.admin.Administration;
import io.castmesh.gateway.admin.History;
import io.castmesh.gateway.http.HttpDoor;
import io.castmesh.gateway.http.IceServers;
import io.castmesh.gateway.moderation.SanctionStore;
import io.castmesh.gateway.moderation.Sanctions;
import io.castmesh.gateway.moderation.Silencer;
import io.castmesh.gateway.rpc.JsonSchemas;
import io.castmesh.gateway.rpc.RpcMethods;
import io.castmesh.gateway.session.Sessions;
import io.castmesh.runtime.Mesh;
import io.castmesh.runtime.store.Migrations;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;

/**
 * Wires the gateway together. One instance for each process: all sockets of a gateway belong to its
 * event loop; a process more is a gateway more.
 */
public final class GatewayVerticle extends VerticleBase {
  private static final long FORGET_MILLIS = 600_000;

  private final Mesh mesh;
  private final GatewayConfig config;
  private final HttpDoor door;
  private Passwords passwords;
  private Sessions sessions;
  private Sanctions sanctions;
  private History history;
  private long forgetTimer;

  public GatewayVerticle(Mesh mesh, GatewayConfig config) {
    this.mesh = mesh;
    this.config = config;
    this.door = new HttpDoor(mesh, config);
  }

  @Override
  public Future<?> start() {
    passwords = new Passwords(mesh.vertx());
    Future<Void> warm = passwords.warmUp();
    return Migrations.run(mesh.vertx(), mesh.config().mysqlUrl(), "gateway")
        .compose(done -> AccessTokens.create(mesh.vertx(), mesh.redis(), config))
        .compose(tokens -> warm.map(tokens))
        .compose(this::open);
  }

  @Override
  public Future<?> stop() {
    mesh.vertx().cancelTimer(forgetTimer);
    if (history != null) {
      history.stop();
      sanctions.stop();
    }
    return (sessions == null ? Future.<Void>succeededFuture() : sessions.stop(drain()))
        .eventually(door::close)
        .onComplete(done -> passwords.close());
  }

  /** Leaves time for closing the door and for leaving the cluster. */
  private Duration drain() {
    Duration all = mesh.config().drainDeadline();
    return all.minus(all.dividedBy(3));
  }

  /** Where the gateway listens, once it is deployed. */
  public String url() {
    String scheme = config.tls().enabled() ? "https" : "http";
    String host =
        config.host().equals("127.0.0.1") || config.host().equals("0.0.0.0")
            ? "localhost"
            : config.host();
    return scheme + "://" + host + ":" + door.port();
  }

  private Future<Void> open(AccessTokens tokens) {
    SanctionStore store = new SanctionStore(mesh.mysql());
    sanctions = new Sanctions(mesh.vertx(), mesh.bus(), store, Clock.systemUTC());
    Silencer silencer = new Silencer(mesh.vertx(), mesh.bus(), sanctions);
    AccountService accounts =
        new AccountService(
            mesh.mysql(),
            passwords,
            tokens,
            config.auth().refreshTtl(),
            sanctions::requireNotBanned,
            signIn -> mesh.bus().emit(Clients.SIGNED_OUT, new Clients.SignedOut(signIn)));
    Administration administration = Administration.of(mesh, accounts, store, sanctions, silencer);
    history = administration.history();
    forgetTimer =
        mesh.vertx()
            .setPeriodic(
                FORGET_MILLIS,
                timer -> {
                  accounts.forgetExpired().otherwiseEmpty();
                  store.forgetEnded().otherwiseEmpty();
                });
    JsonSchemas openRpc = JsonSchemas.load("/openrpc.json");
    IceServers iceServers = new IceServers(config.ice(), Clock.systemUTC());
    sessions =
        new Sessions(
            mesh,
            config,
            tokens,
            new RpcMethods(openRpc, mesh.bus()),
            iceServers,
            sanctions,
            silencer);
    return mesh.bus()
        .serve(Accounts.FIND, question -> accounts.byNickname(question.nickname()))
        .compose(serving -> sanctions.start())
        .compose(known -> sessions.start())
        .onSuccess(started -> history.start())
        .compose(
            started -> door.open(tokens, accounts, sessions, iceServers, openRpc, administration));
  }
}

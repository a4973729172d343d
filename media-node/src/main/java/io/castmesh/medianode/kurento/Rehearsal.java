package io.castmesh.medianode.kurento;

import io.castmesh.medianode.engine.MediaEngine;
import io.castmesh.medianode.kurento.element.ServerManagerObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectStore;
import io.castmesh.medianode.kurento.rpc.Methods;
import io.castmesh.medianode.kurento.rpc.RequestProcessor;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through what each viewer asks for, again and again, before the first one can come: a cold
 * Java machine takes several times as long for it, and those who wait for a restarted node come all
 * at once. Both sides of each negotiation are endpoints of this node, on objects of their own that
 * no client sees.
 */
public final class Rehearsal extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** Enough for the compiler to take notice. */
  private static final int VIEWERS = 80;

  /**
   * Then it begins nothing more: nobody waits much longer for a node, be the machine ever so slow.
   */
  private static final long MAX_MILLIS = 700;

  private static final String SESSION = "rehearsal";

  /** What is compiled is compiled for every node of this process. */
  private static final AtomicBoolean done = new AtomicBoolean();

  private final MediaEngine engine;
  private final KurentoLimits limits;
  private ObjectStore objects;
  private RequestProcessor processor;
  private long deadline;
  private int requests;

  private Rehearsal(MediaEngine engine, KurentoLimits limits) {
    this.engine = engine;
    this.limits = limits;
  }

  /** Never fails: who comes to a node that could not rehearse waits a little longer. */
  public static Future<Void> once(Vertx vertx, MediaEngine engine, KurentoLimits limits) {
    if (!done.compareAndSet(false, true)) {
      return Future.succeededFuture();
    }
    return vertx
        .deployVerticle(new Rehearsal(engine, limits))
        .compose(vertx::undeploy)
        .onFailure(cause -> log.debug("the rehearsal failed", cause))
        .otherwiseEmpty();
  }

  @Override
  public Future<?> start() {
    long begin = System.nanoTime();
    deadline = begin + TimeUnit.MILLISECONDS.toNanos(MAX_MILLIS);
    objects =
        new ObjectStore(
            limits.maxObjects(), limits.maxSessions(), limits.maxSubscriptionsPerSession());
    ObjectHost host = new ObjectHost(objects, engine, context, limits.operationTimeoutMillis());
    ServerManagerObject manager = new ServerManagerObject(host);
    objects.setManager(manager, manager::announce);
    processor =
        new RequestProcessor(
            new Methods(host), limits.replyCacheMillis(), limits.maxCachedReplies());
    return create("MediaPipeline", new JsonObject())
        .compose(pipeline -> endpoint(pipeline).compose(presenter -> crowd(pipeline, presenter, 0)))
        .timeout(2 * MAX_MILLIS, TimeUnit.MILLISECONDS)
        .eventually(() -> objects.releaseAll().timeout(MAX_MILLIS, TimeUnit.MILLISECONDS))
        .onSuccess(
            viewers ->
                log.debug(
                    "rehearsed {} viewers in {} ms",
                    viewers,
                    (System.nanoTime() - begin) / 1_000_000));
  }

  private Future<Integer> crowd(String pipeline, String presenter, int came) {
    if (came == VIEWERS || System.nanoTime() > deadline) {
      return Future.succeededFuture(came);
    }
    return endpoint(pipeline)
        .compose(
            browser ->
                endpoint(pipeline)
                    .compose(viewer -> watch(presenter, viewer, browser))
                    .compose(seen -> ask("release", new JsonObject().put("object", browser))))
        .compose(left -> crowd(pipeline, presenter, came + 1));
  }

  /** One who watches: what a browser does is done by an endpoint that offers. */
  private Future<Object> watch(String presenter, String viewer, String browser) {
    return ask("subscribe", new JsonObject().put("object", viewer).put("type", "IceCandidateFound"))
        .compose(subscribed -> invoke(presenter, "connect", new JsonObject().put("sink", viewer)))
        .compose(connected -> invoke(browser, "generateOffer", new JsonObject()))
        .compose(offer -> invoke(viewer, "processOffer", new JsonObject().put("offer", offer)))
        .compose(answer -> invoke(browser, "processAnswer", new JsonObject().put("answer", answer)))
        .compose(own -> invoke(viewer, "gatherCandidates", new JsonObject()))
        .compose(gathered -> ask("release", new JsonObject().put("object", viewer)));
  }

  private Future<String> endpoint(String pipeline) {
    return create("WebRtcEndpoint", new JsonObject().put("mediaPipeline", pipeline));
  }

  private Future<String> create(String type, JsonObject constructor) {
    return ask("create", new JsonObject().put("type", type).put("constructorParams", constructor))
        .map(String.class::cast);
  }

  private Future<Object> invoke(String object, String operation, JsonObject params) {
    return ask(
        "invoke",
        new JsonObject()
            .put("object", object)
            .put("operation", operation)
            .put("operationParams", params));
  }

  /** As text in both directions, as clients do. */
  private Future<Object> ask(String method, JsonObject params) {
    JsonObject request =
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", ++requests)
            .put("method", method)
            .put("params", params.put("sessionId", SESSION));
    return processor
        .process(Json.decodeValue(request.toBuffer()))
        .map(reply -> new JsonObject(reply.encode()))
        .map(
            reply -> {
              if (reply.containsKey("error")) {
                throw new IllegalStateException(reply.encode());
              }
              return reply.getJsonObject("result").getValue("value");
            });
  }
}

package io.castmesh.medianode.kurento;

import io.castmesh.medianode.kurento.element.ServerManagerObject;
import io.castmesh.medianode.kurento.object.ObjectHost;
import io.castmesh.medianode.kurento.object.ObjectStore;
import io.castmesh.medianode.kurento.rpc.Methods;
import io.castmesh.medianode.kurento.rpc.RequestProcessor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What programs may say on the control socket, a line each: answered, and never as a fault of ours.
 * {@code $0}, {@code $1} in a line stand for the objects that lines before it have made.
 */
public final class JsonRpcFuzzer {
  private static final Context CONTEXT = Vertx.vertx().getOrCreateContext();

  private JsonRpcFuzzer() {}

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    Promise<Void> done = Promise.promise();
    CONTEXT.runOnContext(
        ignored -> {
          try {
            say(new String(data, StandardCharsets.UTF_8).split("\n", 8)).onComplete(done);
          } catch (RuntimeException thrown) {
            done.fail(thrown);
          }
        });
    done.future().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Future<Void> say(String[] lines) {
    ObjectStore objects = new ObjectStore(100, 20, 100);
    ObjectHost host = new ObjectHost(objects, new MemoryEngine(), CONTEXT, 1000);
    ServerManagerObject manager = new ServerManagerObject(host);
    objects.setManager(manager, manager::announce);
    RequestProcessor processor = new RequestProcessor(new Methods(host), 1000, 100);
    List<String> made = new ArrayList<>();
    Future<Void> said = Future.succeededFuture();
    for (String line : lines) {
      said = said.compose(ignored -> say(processor, line, made));
    }
    return said;
  }

  private static Future<Void> say(RequestProcessor processor, String line, List<String> made) {
    String text = line;
    for (int i = 0; i < made.size(); i++) {
      text = text.replace("$" + i, made.get(i));
    }
    Object message;
    try {
      message = Json.decodeValue(text);
    } catch (DecodeException broken) {
      return Future.succeededFuture();
    }
    return processor
        .process(message)
        .map(
            reply -> {
              String id = idIn(reply);
              if (id != null && made.size() < 3) {
                made.add(id);
              }
              return null;
            });
  }

  /** The object that a reply names; fails for one that no client should ever see. */
  private static String idIn(JsonObject reply) {
    if (reply == null) {
      return null;
    }
    if (reply.getValue("error") instanceof JsonObject error
        && "Unexpected error while processing method".equals(error.getString("message"))) {
      throw new IllegalStateException("a fault of ours: " + reply);
    }
    return reply.getValue("result") instanceof JsonObject result
            && result.getValue("value") instanceof String value
            && value.contains("_kurento.")
        ? value
        : null;
  }
}

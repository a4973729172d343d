package io.castmesh.medianode.kurento;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A WebSocket client that is not Kurento's, to say what no Kurento client would. */
final class RawSocket implements WebSocket.Listener, AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  final List<JsonObject> received = new CopyOnWriteArrayList<>();
  final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final WebSocket socket;
  private int nextId = 100_000;
  private volatile boolean deaf;

  RawSocket(String url) throws InterruptedException, ExecutionException, TimeoutException {
    this(url, null);
  }

  /**
   * @param origin of the page that it is of; null: it is of a program
   */
  RawSocket(String url, String origin)
      throws InterruptedException, ExecutionException, TimeoutException {
    WebSocket.Builder handshake = HTTP.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(60));
    if (origin != null) {
      handshake.header("Origin", origin);
    }
    socket = handshake.buildAsync(URI.create(url), this).get(60, TimeUnit.SECONDS);
  }

  void send(String message) {
    socket.sendText(message, true).join();
  }

  void sendBinary(String message) {
    socket.sendBinary(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)), true).join();
  }

  /** One message in frames. */
  void sendInParts(String... parts) {
    for (int i = 0; i < parts.length; i++) {
      socket.sendText(parts[i], i == parts.length - 1).join();
    }
  }

  /** Sends a request and does not wait; returns its id. */
  int ask(String method, JsonObject params) {
    int id = nextId++;
    JsonObject request = new JsonObject().put("jsonrpc", "2.0").put("id", id).put("method", method);
    if (params != null) {
      request.put("params", params);
    }
    send(request.encode());
    return id;
  }

  /** Sends a request and waits for its reply. */
  JsonObject call(String method, JsonObject params) {
    int id = ask(method, params);
    return await("the reply to " + method, m -> isReply(m, id));
  }

  static boolean isReply(JsonObject message, int id) {
    return Integer.valueOf(id).equals(message.getValue("id"));
  }

  /** The value of a successful reply. */
  Object value(String method, JsonObject params) {
    JsonObject reply = call(method, params);
    assertThat(reply.getValue("error")).as("error of %s %s", method, params).isNull();
    return reply.getJsonObject("result").getValue("value");
  }

  String create(String type, JsonObject constructorParams) {
    return (String)
        value(
            "create",
            new JsonObject().put("type", type).put("constructorParams", constructorParams));
  }

  Object invoke(String object, String operation, JsonObject operationParams) {
    return value("invoke", invocation(object, operation, operationParams));
  }

  /** The code of the error that a request is answered with. */
  int errorOf(String method, JsonObject params) {
    JsonObject reply = call(method, params);
    assertThat(reply.getJsonObject("error")).as("reply %s", reply).isNotNull();
    return reply.getJsonObject("error").getInteger("code");
  }

  static JsonObject invocation(String object, String operation, JsonObject operationParams) {
    return new JsonObject()
        .put("object", object)
        .put("operation", operation)
        .put("operationParams", operationParams);
  }

  void subscribe(String object, String event) {
    value("subscribe", new JsonObject().put("object", object).put("type", event));
  }

  /** The data of the next event of that type which has not been awaited yet. */
  JsonObject event(String type) {
    JsonObject message =
        await(
            "event " + type,
            m ->
                "onEvent".equals(m.getString("method"))
                    && type.equals(eventOf(m).getValue("type")));
    received.remove(message);
    return eventOf(message).getJsonObject("data");
  }

  static JsonObject eventOf(JsonObject message) {
    return message.getJsonObject("params").getJsonObject("value");
  }

  /** Waits until a message fits. */
  JsonObject await(String what, Predicate<JsonObject> fits) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      for (JsonObject message : received) {
        if (fits.test(message)) {
          return message;
        }
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(stop);
      }
    }
    throw new AssertionError("Waited in vain for " + what + "; received: " + received);
  }

  /** Reads no more, until {@link #hear}; one frame may still come. */
  void deafen() {
    deaf = true;
  }

  void hear() {
    deaf = false;
    socket.request(1);
  }

  /** Ends the TCP connection without a close frame. */
  void cut() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      received.add((JsonObject) Json.decodeValue(text.toString()));
      text.setLength(0);
    }
    if (!deaf) {
      webSocket.request(1);
    }
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
    closed.complete(statusCode);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.complete(1006);
  }
}

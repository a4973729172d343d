package io.castmesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client over a real WebSocket: sends, and waits for answers, events and the close code. */
final class TestClient implements AutoCloseable {
  private final WebSocketClient client;
  private final WebSocket socket;
  private final BlockingQueue<JsonObject> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private int nextId;

  TestClient(Vertx vertx, int port) throws Exception {
    client = vertx.createWebSocketClient();
    CompletableFuture<WebSocket> opened = new CompletableFuture<>();
    client
        .connect(port, "127.0.0.1", "/ws")
        .onComplete(
            ws -> {
              ws.textMessageHandler(
                  text -> {
                    JsonObject message = new JsonObject(text);
                    (message.containsKey("method") ? events : answers).add(message);
                  });
              ws.closeHandler(
                  gone ->
                      closed.complete(
                          ws.closeStatusCode() == null ? 1006 : (int) ws.closeStatusCode()));
              opened.complete(ws);
            },
            opened::completeExceptionally);
    socket = opened.get(60, TimeUnit.SECONDS);
  }

  void send(String text) {
    socket.writeTextMessage(text);
  }

  JsonObject call(String method, JsonObject params) throws Exception {
    send(
        new JsonObject()
            .put("jsonrpc", "2.0")
            .put("id", ++nextId)
            .put("method", method)
            .put("params", params)
            .encode());
    return answer();
  }

  /**
   * Answers the welcome.
   *
   * @param resume null for a fresh session
   */
  JsonObject authenticate(JsonObject tokens, JsonObject resume) throws Exception {
    JsonObject params = new JsonObject().put("token", tokens.getString("accessToken"));
    if (resume != null) {
      params.put("resume", resume);
    }
    JsonObject answer = call("session.authenticate", params);
    assertThat(answer.containsKey("result")).as(answer.encode()).isTrue();
    return answer.getJsonObject("result");
  }

  /** The name of the failure that a request is answered with. */
  String failure(String method, JsonObject params) throws Exception {
    return name(call(method, params));
  }

  static String name(JsonObject answer) {
    return answer.getJsonObject("error").getJsonObject("data").getString("name");
  }

  JsonObject answer() throws Exception {
    JsonObject answer = answers.poll(60, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer came within a minute");
    }
    return answer;
  }

  JsonObject event() throws Exception {
    JsonObject event = events.poll(60, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("no event came within a minute");
    }
    return event;
  }

  boolean quiet() {
    return events.isEmpty();
  }

  int closeCode() throws Exception {
    return closed.get(60, TimeUnit.SECONDS);
  }

  /** Reads nothing more until {@link #read()}. */
  void stopReading() {
    socket.pause();
  }

  void read() {
    socket.resume();
  }

  /** Goes without saying that it is for good. */
  void cut() throws Exception {
    socket.close((short) 4999).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    client.close();
  }
}

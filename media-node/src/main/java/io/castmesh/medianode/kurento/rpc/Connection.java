package io.castmesh.medianode.kurento.rpc;

import io.castmesh.medianode.kurento.object.KurentoCounts.Refusal;
import io.castmesh.medianode.kurento.object.ObjectStore;
import io.castmesh.medianode.kurento.object.Session;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One control socket. It speaks for the session that the last reply named; events of that session
 * come here until another socket takes the session over.
 */
public final class Connection {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final short BROKEN_JSON = 1007;
  private static final short SLOW_READER = 1013;
  private static final short TOO_LARGE = 1009;
  private static final int FRAME_CHARACTERS = 65_536;

  private final ServerWebSocket socket;
  private final ObjectStore objects;
  private final RequestProcessor processor;
  private final int maxInFlight;
  private final Consumer<JsonObject> outlet = this::send;
  private final int maxMessageBytes;

  /** Of a message that is not complete; null between messages. */
  private Buffer begun;

  private Session session;
  private String sessionId;

  /** Ends when another socket takes the session over. */
  private int era;

  private int inFlight;
  private boolean paused;
  private boolean closed;

  /**
   * @param maxInFlight unanswered requests before the socket is no longer read
   * @param maxMessageBytes of one message before the socket is closed
   * @param maxUnsentBytes waiting output before the socket is closed
   */
  public Connection(
      ServerWebSocket socket,
      ObjectStore objects,
      RequestProcessor processor,
      int maxInFlight,
      int maxMessageBytes,
      int maxUnsentBytes) {
    this.socket = socket;
    this.objects = objects;
    this.processor = processor;
    this.maxInFlight = maxInFlight;
    this.maxMessageBytes = maxMessageBytes;
    socket.setWriteQueueMaxSize(maxUnsentBytes);
    socket.frameHandler(this::onFrame);
    socket.exceptionHandler(cause -> log.debug("Control socket failed", cause));
  }

  /** The socket is gone: its session stays, without events, until it is resumed or collected. */
  public void onClosed() {
    closed = true;
    unbind();
  }

  /** A message comes in one frame or several, and text may come as binary. */
  private void onFrame(WebSocketFrame frame) {
    if (closed || !(frame.isText() || frame.isBinary() || frame.isContinuation())) {
      return;
    }
    Buffer part = frame.binaryData();
    Buffer message = begun == null ? part : begun.appendBuffer(part);
    if (message.length() > maxMessageBytes) {
      end(Refusal.LARGE, TOO_LARGE, "Too large");
    } else if (frame.isFinal()) {
      begun = null;
      onMessage(message);
    } else {
      begun = begun == null ? part.copy() : message;
    }
  }

  private void end(Refusal why, short code, String reason) {
    objects.counts().count(why);
    closed = true;
    begun = null;
    unbind();
    socket.close(code, reason);
  }

  private void onMessage(Buffer message) {
    Object decoded;
    try {
      decoded = Json.decodeValue(message);
    } catch (DecodeException broken) {
      // A Kurento server answers nothing and drops the socket; here the close code says why.
      log.info("Broken JSON from {}, the socket is closed", socket.remoteAddress());
      end(Refusal.BROKEN, BROKEN_JSON, "Broken JSON");
      return;
    }
    inFlight++;
    if (inFlight >= maxInFlight && !paused) {
      paused = true;
      socket.pause();
    }
    int askedIn = era;
    processor.process(withSession(decoded)).onSuccess(reply -> onReply(reply, askedIn));
  }

  /** Names this socket's session in a request that names none. */
  private Object withSession(Object message) {
    if (sessionId != null && message instanceof JsonObject request) {
      Object params = request.getValue("params");
      if (params == null) {
        request.put("params", new JsonObject().put("sessionId", sessionId));
      } else if (params instanceof JsonObject object && object.getValue("sessionId") == null) {
        object.put("sessionId", sessionId);
      }
    }
    return message;
  }

  private void onReply(JsonObject reply, int askedIn) {
    inFlight--;
    if (paused && inFlight < maxInFlight / 2) {
      paused = false;
      socket.resume();
    }
    if (closed || reply == null) {
      return;
    }
    if (reply.getValue("result") instanceof JsonObject result) {
      String named = Requests.optionalString(result, "sessionId");
      // What was asked before another socket took over says nothing about who speaks now.
      if (named != null && askedIn == era) {
        bind(named);
      }
    }
    send(reply);
  }

  /** From now on this socket speaks for that session, and gets its events. */
  private void bind(String id) {
    Session now = objects.session(id).orElse(null);
    if (session != null && session != now) {
      unbind();
    }
    sessionId = id;
    session = now;
    if (now != null) {
      if (now.outlet() != outlet) {
        now.takeOver(outlet, this::onTakenOver);
      }
      objects.keepAlive(id);
    }
  }

  /** Another socket speaks for the session now: this one starts a new session when it goes on. */
  private void onTakenOver() {
    era++;
    session = null;
    sessionId = null;
  }

  private void unbind() {
    if (session != null && session.outlet() == outlet) {
      session.letGo();
    }
    session = null;
  }

  private void send(JsonObject message) {
    // One that is saying goodbye is closed before we are told.
    if (closed || socket.isClosed()) {
      return;
    }
    if (socket.writeQueueFull()) {
      log.warn("Control socket {} reads too slowly, it is closed", socket.remoteAddress());
      end(Refusal.SLOW, SLOW_READER, "Too slow");
      return;
    }
    write(message.encode());
  }

  /**
   * In frames of at most 192 KB: Kurento's client ends its connection when one has a million bytes,
   * and reads each as text of its own, so that no character may be cut in two.
   */
  private void write(String text) {
    int end = frameEnd(text, 0);
    socket.writeFrame(WebSocketFrame.textFrame(text.substring(0, end), end == text.length()));
    while (end < text.length()) {
      int begin = end;
      end = frameEnd(text, begin);
      Buffer part = Buffer.buffer(text.substring(begin, end));
      socket.writeFrame(WebSocketFrame.continuationFrame(part, end == text.length()));
    }
  }

  private static int frameEnd(String text, int begin) {
    int end = Math.min(text.length(), begin + FRAME_CHARACTERS);
    return end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }
}

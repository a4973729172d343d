package io.castmesh.runtime.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Carries immutable records: by reference inside a node, as JSON between nodes. What came over the
 * wire is read only when the receiver has said which type it expects.
 */
final class RecordCodec implements MessageCodec<Object, Object> {
  static final String NAME = "castmesh";

  /** A record that came from another node, still as JSON. */
  record Wire(Buffer json) {}

  /** A record that has been encoded once, for however many nodes. */
  record Encoded(Object body, Buffer json) {}

  @Override
  public void encodeToWire(Buffer buffer, Object message) {
    Buffer json = message instanceof Encoded encoded ? encoded.json() : Json.buffer(message);
    buffer.appendInt(json.length()).appendBuffer(json);
  }

  @Override
  public Object decodeFromWire(int position, Buffer buffer) {
    int length = buffer.getInt(position);
    return new Wire(buffer.getBuffer(position + 4, position + 4 + length));
  }

  @Override
  public Object transform(Object message) {
    return message instanceof Encoded encoded ? encoded.body() : message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}

package io.castmesh.gateway.session;

import io.vertx.core.Future;

/** A client's connection, whatever carries it. Used on the gateway's event loop only. */
public interface ClientSocket {
  /** Completes when the text has left this process. */
  Future<Void> send(String text);

  void close(CloseCode code);

  /** The client's IP address. */
  String address();
}

package io.castmesh.embedded;

import java.io.IOException;

/** A database that runs and answers, until it is stopped or dies. */
public interface EmbeddedServer {
  /** Where clients find it, with its password. */
  String url();

  /** Where it listens. */
  int port();

  /** Its process. */
  Child child();

  /** Blocks until everything is written down and the process has ended. */
  void stop() throws IOException;
}

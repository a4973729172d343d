package io.castmesh.call;

import io.castmesh.runtime.ServiceProcess;

/** call-service as a process of its own. */
public final class CallMain {
  private CallMain() {}

  public static void main(String[] args) {
    ServiceProcess.run("call", CallConfig::read, CallVerticle::new);
  }
}

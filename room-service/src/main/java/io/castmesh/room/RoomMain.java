package io.castmesh.room;

import io.castmesh.runtime.ServiceProcess;

/** room-service as a process of its own. */
public final class RoomMain {
  private RoomMain() {}

  public static void main(String[] args) {
    ServiceProcess.run("room", RoomConfig::read, RoomVerticle::new);
  }
}

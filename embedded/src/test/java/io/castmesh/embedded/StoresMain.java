package io.castmesh.embedded;

import java.nio.file.Path;

/** A process of its own that runs both databases until it is killed. */
public final class StoresMain {
  private StoresMain() {}

  public static void main(String[] args) throws Exception {
    EmbeddedStores stores = EmbeddedStores.start(Path.of(args[0]));
    System.out.println("mysql " + stores.mysqlUrl());
    System.out.println("redis " + stores.redisUrl());
    System.out.println("ready");
    Thread.currentThread().join();
  }
}

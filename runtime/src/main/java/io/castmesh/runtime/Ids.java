package io.castmesh.runtime;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names for things that must not be mistaken for others; they are no secrets. */
public final class Ids {
  private Ids() {}

  /** 16 hexadecimal digits. */
  public static String fresh() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}

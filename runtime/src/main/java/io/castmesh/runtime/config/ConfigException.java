package io.castmesh.runtime.config;

import java.util.List;

/** The settings cannot be used; says everything that is wrong with them at once. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of {@code sysexits.h}: EX_CONFIG. */
  public static final int EXIT_CODE = 78;

  public ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems), null, false, false);
  }
}

package io.castmesh.gateway.account;

import java.text.Normalizer;
import java.util.Locale;

/** When two nicknames are one. */
public final class Nicknames {
  private Nicknames() {}

  /** Names that look alike are one name: compatibility forms and case do not tell them apart. */
  public static String key(String nickname) {
    return Normalizer.normalize(nickname, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }
}

package io.castmesh.runtime.log;

import java.util.regex.Pattern;

/**
 * Takes out of a log line what must never be in one: tokens, passwords, keys and session
 * descriptions. The last line of defence: our own code does not log them, but a library on DEBUG
 * may.
 */
public final class Redaction {
  private Redaction() {}

  private record Rule(Pattern pattern, String replacement) {}

  private static final Rule[] RULES = {
    // SDP, as it is or inside of JSON, up to the end of the text that holds it (RFC 8866).
    rule("v=0(?:\\r?\\n|\\\\r\\\\n|\\\\n)[^\"]*", "[sdp]"),
    rule("a=(?:ice-pwd|ice-ufrag|fingerprint|candidate|crypto):[^\\s\"\\\\]*", "[sdp]"),
    rule("candidate:\\S+ \\d+ (?i:udp|tcp) [^\"]*", "[candidate]"),
    // JWT (RFC 7519): access tokens and their like.
    rule("eyJ[\\w-]{8,}\\.[\\w-]{8,}\\.[\\w-]*", "[token]"),
    rule("(?i)\\b(bearer|basic)\\s+[\\w.~+/=-]{8,}", "$1 [token]"),
    rule(
        "(?i)((?:password|passwd|passphrase|secret|credential|token|authorization)\\w*"
            + "\\\\?\"\\s*:\\s*\\\\?\")[^\"\\\\]*",
        "$1[hidden]"),
    // name=value and "name":"value"; also as part of a name, such as accessToken.
    rule(
        "(?i)((?:password|passwd|passphrase|secret|credential|token|authorization)\\w*)"
            + "(\\\\?[\"']?\\s*[:=]\\s*\\\\?[\"']?)(?![\\[{])[^\\s\"',;&)}\\\\]+",
        "$1$2[hidden]"),
    // Addresses with a password.
    rule("(\\w+://[^\\s/:@]*):[^\\s/@]+@", "$1:[hidden]@"),
    // The commands of Redis that carry one.
    rule("(?i)\\b(auth|requirepass|masterauth)(\\s+)[^\\s,\\]]+(?=[\\s,\\]]|$)", "$1$2[hidden]"),
  };

  private static Rule rule(String pattern, String replacement) {
    return new Rule(Pattern.compile(pattern), replacement);
  }

  public static String of(String text) {
    String clean = text;
    for (Rule rule : RULES) {
      clean = rule.pattern().matcher(clean).replaceAll(rule.replacement());
    }
    return clean;
  }
}

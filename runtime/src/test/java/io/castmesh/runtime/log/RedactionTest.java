package io.castmesh.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"nickname\":\"ann\",\"password\":\"s3cret-of-ann\"}",
        "{\\\"password\\\":\\\"s3cret-of-ann\\\"}",
        "{\"password\":\"several words s3cret-of-ann\"}",
        "config mysqlPassword=s3cret-of-ann, port=3306",
        "connecting to mysql://castmesh:s3cret-of-ann@db:3306/castmesh",
        "redis://:s3cret-of-ann@cache:6379",
        "refreshToken: s3cret-of-ann",
        "AUTH s3cret-of-ann",
        "Authorization: Bearer s3cret-of-ann",
        "turn credential=s3cret-of-ann",
        "{\"sdpOffer\":\"v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\na=ice-pwd:s3cret-of-ann\\r\\n\"}",
        "offer v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=ice-pwd:s3cret-of-ann\r\n",
        "line a=ice-pwd:s3cret-of-ann",
        "candidate:1 1 udp 2113937151 s3cret-of-ann 50505 typ host"
      })
  void aSecretIsTakenOut(String line) {
    assertThat(Redaction.of(line)).doesNotContain("s3cret").doesNotContain("of-ann");
  }

  @Test
  void aTokenIsTakenOutWhereverItStands() {
    String token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl-_0";
    assertThat(Redaction.of("verified " + token + " of ann")).isEqualTo("verified [token] of ann");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "session started session=2f5b user=77 trace=0af7651916cd43dd8448eb211c80319c",
        "handler failed endpoint=room.join",
        "password changed user=77",
        "the token has expired",
        "ready url=http://localhost:8080 management=http://127.0.0.1:9090"
      })
  void theRestStaysAsItIs(String line) {
    assertThat(Redaction.of(line)).isEqualTo(line);
  }
}

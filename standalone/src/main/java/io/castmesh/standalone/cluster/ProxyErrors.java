package io.castmesh.standalone.cluster;

import io.castmesh.contract.Failure;
import io.castmesh.gateway.http.Problems;
import java.util.ArrayList;
import java.util.List;

/**
 * What HAProxy answers in place of a gateway: the problems that a gateway would tell, so that
 * clients need to know one kind of error only (RFC 9457; HAProxy 2.6, "http-error").
 *
 * <p>What is no HTTP request at all is refused before this is looked at, with a page of HAProxy's.
 */
public final class ProxyErrors {
  private record Answer(int status, Failure failure) {}

  private static final List<Answer> ANSWERS =
      List.of(
          new Answer(502, Failure.UNAVAILABLE),
          new Answer(503, Failure.UNAVAILABLE),
          new Answer(504, Failure.TIMEOUT));

  private ProxyErrors() {}

  /** Lines for the section {@code defaults}. */
  public static List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Answer answer : ANSWERS) {
      lines.add(
          "http-error status "
              + answer.status()
              + " content-type application/problem+json hdr Cache-Control no-store"
              + (answer.failure() == Failure.UNAVAILABLE ? " hdr Retry-After 1" : "")
              + " string '"
              + Problems.document(answer.failure(), answer.status()).encode()
              + "'");
    }
    return lines;
  }
}

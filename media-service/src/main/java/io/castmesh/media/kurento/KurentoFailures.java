package io.castmesh.media.kurento;

import io.castmesh.contract.Failure;
import io.castmesh.contract.FailureException;
import java.util.concurrent.TimeoutException;
import org.kurento.client.internal.server.KurentoServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a media server's refusal means in the catalogue; details stay in our log. */
final class KurentoFailures {
  private static final Logger log = LoggerFactory.getLogger(KurentoFailures.class);

  private static final int SDP_PARSE_ERROR = 40201;
  private static final int PROCESS_OFFER_ERROR = 40205;
  static final int OBJECT_NOT_FOUND = 40101;

  private KurentoFailures() {}

  /** Whether a server has answered that an object does not exist any more. */
  static boolean gone(Throwable cause) {
    return cause instanceof KurentoServerException refused && refused.getCode() == OBJECT_NOT_FOUND;
  }

  static FailureException of(String what, Throwable cause) {
    if (cause instanceof FailureException known) {
      return known;
    }
    if (cause instanceof KurentoServerException refused) {
      int code = refused.getCode();
      if (code == SDP_PARSE_ERROR || code == PROCESS_OFFER_ERROR) {
        return Failure.INVALID_SDP.exception();
      }
      log.warn("media server refused what={} code={} error={}", what, code, refused.getMessage());
      return Failure.MEDIA_UNAVAILABLE.exception();
    }
    if (cause instanceof TimeoutException) {
      log.warn("media server did not answer in time what={}", what);
      return Failure.MEDIA_UNAVAILABLE.exception();
    }
    log.warn("media server failed what={} error={}", what, cause.toString());
    return Failure.MEDIA_UNAVAILABLE.exception();
  }
}

package io.castmesh.gateway.session;

/**
 * Why the gateway closes a socket (RFC 6455, section 7.4.2: 4000 to 4999 are the application's).
 */
public enum CloseCode {
  NOT_AUTHENTICATED(4401, "not authenticated"),
  FORBIDDEN(4403, "forbidden"),
  HEARTBEAT_MISSED(4408, "heartbeat missed"),
  REPLACED(4409, "replaced"),
  /** By an administrator: the client does not come back by itself. */
  KICKED(4410, "kicked"),
  /** By an administrator: the client would not be let in. */
  BANNED(4411, "banned"),
  MESSAGE_TOO_LARGE(4413, "message too large"),
  TOO_MANY_REQUESTS(4429, "too many requests"),
  SLOW_CONSUMER(4500, "slow consumer"),
  DRAINING(4503, "draining");

  private final int code;
  private final String reason;

  CloseCode(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }
}

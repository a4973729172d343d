package io.castmesh.contract;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that may go wrong in front of a stranger, on every door alike: JSON-RPC errors carry
 * {@link #code} and name, HTTP problems carry {@link #httpStatus} besides, the bus carries the
 * code.
 *
 * <p>Codes are stable; a code is never given to another failure. Negative ones are those of
 * JSON-RPC 2.0, section 5.1.
 */
public enum Failure {
  PARSE_ERROR(-32700, 400, false, "The message is not valid JSON."),
  INVALID_MESSAGE(-32600, 400, false, "The message is not a valid JSON-RPC 2.0 request."),
  METHOD_NOT_FOUND(-32601, 404, false, "There is no such method."),
  INVALID_PARAMS(-32602, 400, false, "The parameters do not fit the method."),

  INVALID_REQUEST(1000, 400, false, "The request is not valid."),
  UNAUTHENTICATED(1001, 401, false, "Sign in first."),
  FORBIDDEN(1002, 403, false, "You may not do this."),
  NOT_FOUND(1003, 404, false, "There is nothing here."),
  TOO_MANY_REQUESTS(1004, 429, true, "Too many requests; slow down."),
  MESSAGE_TOO_LARGE(1005, 413, false, "The message is too large."),
  TIMEOUT(1006, 504, true, "No answer in time; try again."),
  UNAVAILABLE(1007, 503, true, "This is not available at the moment; try again."),
  INTERNAL(1008, 500, true, "Something went wrong on our side."),
  METHOD_NOT_ALLOWED(1009, 405, false, "This address does not take that method."),
  UNSUPPORTED_MEDIA_TYPE(1010, 415, false, "Send JSON."),

  NICKNAME_TAKEN(1100, 409, false, "This nickname is taken."),
  BAD_CREDENTIALS(1101, 401, false, "The nickname or the password is wrong."),
  TOKEN_EXPIRED(1102, 401, false, "The token has expired."),
  TOKEN_REVOKED(1103, 401, false, "The token has been revoked."),
  TOKEN_INVALID(1104, 401, false, "The token is not valid."),

  LIVE_NOT_FOUND(1200, 404, false, "There is no such live."),
  ALREADY_PUBLISHING(1201, 409, false, "You are live already."),
  INVALID_SDP(1202, 400, false, "The session description cannot be answered."),
  MEDIA_UNAVAILABLE(1203, 503, true, "No media server can take this at the moment."),
  MEDIA_NOT_FOUND(1204, 404, false, "There is no such media session."),
  INVALID_CANDIDATE(1205, 400, false, "This is not an ICE candidate."),
  MEDIA_LIMIT(1206, 429, true, "You have too many media sessions open."),
  MEDIA_FULL(1207, 503, true, "The media servers are full at the moment."),

  CALL_NOT_FOUND(1300, 404, false, "There is no such call."),
  CALL_STATE(1301, 409, false, "The call is not in a state that allows this."),
  USER_OFFLINE(1302, 409, true, "This person is not online."),
  USER_BUSY(1303, 409, true, "This person is in another call."),
  USER_NOT_FOUND(1304, 404, false, "There is no such person."),

  VIDEO_NOT_FOUND(1400, 404, false, "There is no such video."),
  RANGE_NOT_SATISFIABLE(1401, 416, false, "The range lies outside of the video."),

  ROOM_NOT_FOUND(1500, 404, false, "There is no such room."),
  ROOM_FULL(1501, 409, true, "The room is full."),
  ROOM_LOCKED(1502, 403, true, "The room is locked."),
  ROOM_PASSWORD(1503, 403, false, "The password is not that of the room."),
  NOT_IN_ROOM(1504, 403, false, "You are not in this room."),
  PEER_NOT_FOUND(1505, 404, false, "There is no such peer in the room."),

  MUTED(1600, 403, false, "An administrator has muted you."),
  BANNED(1601, 403, false, "An administrator has banned you."),
  KICKED(1602, 403, false, "An administrator has ended your session."),
  OWN_ACCOUNT(1603, 409, false, "You cannot do this to yourself."),
  NODE_ALONE(1604, 409, false, "This is the only process: nobody would be left.");

  private final int code;
  private final int httpStatus;
  private final boolean retryable;
  private final String message;

  Failure(int code, int httpStatus, boolean retryable, String message) {
    this.code = code;
    this.httpStatus = httpStatus;
    this.retryable = retryable;
    this.message = message;
  }

  public int code() {
    return code;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request may succeed later, unchanged. */
  public boolean retryable() {
    return retryable;
  }

  /** A sentence for the user. */
  public String message() {
    return message;
  }

  public FailureException exception() {
    return new FailureException(this, null, Map.of());
  }

  /**
   * @param details for the author of the client: what was wrong with the input; never internals
   */
  public FailureException exception(String details) {
    return new FailureException(this, details, Map.of());
  }

  /**
   * @param facts for the client, beside the sentence: {@code reason} and {@code until} of {@link
   *     #MUTED} and {@link #BANNED}. They do not travel over the bus
   */
  public FailureException exception(Map<String, String> facts) {
    return new FailureException(this, null, facts);
  }

  public static Optional<Failure> ofCode(int code) {
    return Arrays.stream(values()).filter(f -> f.code == code).findFirst();
  }
}

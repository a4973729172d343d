package io.castmesh.medianode.kurento.object;

/** The errors of a Kurento server that this node gives, with the numbers that clients look at. */
public enum KurentoError {
  MARSHALL_ERROR(40001),
  UNEXPECTED_ERROR(40003),
  CONNECT_ERROR(40004),
  UNSUPPORTED_MEDIA_TYPE(40005),
  INVALID_SESSION(40007),
  MALFORMED_TRANSACTION(40008),
  NOT_ENOUGH_RESOURCES(40009),
  MEDIA_OBJECT_NOT_FOUND(40101),
  MEDIA_OBJECT_EVENT_NOT_SUPPORTED(40106),
  MEDIA_OBJECT_ILLEGAL_PARAM_ERROR(40107),
  MEDIA_OBJECT_NOT_AVAILABLE(40108),
  MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT(40109),
  MEDIA_OBJECT_TAG_KEY_NOT_FOUND(40110),
  MEDIA_OBJECT_OPERATION_NOT_SUPPORTED(40111),
  SDP_PARSE_ERROR(40201),
  SDP_END_POINT_NO_LOCAL_SDP_ERROR(40202),
  SDP_END_POINT_NO_REMOTE_SDP_ERROR(40203),
  SDP_END_POINT_GENERATE_OFFER_ERROR(40204),
  SDP_END_POINT_PROCESS_OFFER_ERROR(40205),
  SDP_END_POINT_PROCESS_ANSWER_ERROR(40206),
  SDP_END_POINT_ALREADY_NEGOTIATED(40208),
  SDP_END_POINT_NOT_OFFER_GENERATED(40209),
  SDP_END_POINT_ANSWER_ALREADY_PROCCESED(40210),
  /** A module description that does not exist; a Kurento server names this one UNDEFINED. */
  UNDEFINED(40500);

  private final int code;

  KurentoError(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  public KurentoException with(String message) {
    return new KurentoException(this, message);
  }
}

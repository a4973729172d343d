package io.castmesh.contract;

/**
 * Who asks: set by the gateway from the authenticated session, never by the client.
 *
 * @param address the client's IP address as the gateway sees it
 */
public record Caller(SessionRef session, User user, String address) {
  public String sessionId() {
    return session.sessionId();
  }

  public String userId() {
    return user.id();
  }
}

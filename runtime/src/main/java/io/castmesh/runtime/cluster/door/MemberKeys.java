package io.castmesh.runtime.cluster.door;

import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** Reads what a member shows, and whom it trusts, as the event bus does. */
public final class MemberKeys {
  private MemberKeys() {}

  /**
   * Blocking: reads the files.
   *
   * @throws GeneralSecurityException when they cannot be used
   */
  public static SSLContext read(Vertx vertx, PemKeyCertOptions own, PemTrustOptions authority)
      throws GeneralSecurityException {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          own.getKeyManagerFactory(vertx).getKeyManagers(),
          authority.getTrustManagerFactory(vertx).getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw e;
    } catch (Exception e) {
      throw new GeneralSecurityException("cluster.tls-*: " + e.getMessage(), e);
    }
  }
}

package io.castmesh.medianode.engine.dtls;

import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;

/** The DTLS client of one association. Lives on the handshake's thread. */
final class SrtpClient extends DefaultTlsClient implements PeerSession {
  private final DtlsIdentity identity;
  private final List<Fingerprint> expected;
  private SrtpProfile profile;
  private volatile SrtpKeys keys;
  private volatile boolean closedByPeer;

  SrtpClient(DtlsIdentity identity, List<Fingerprint> expected) {
    super(identity.crypto());
    this.identity = identity;
    this.expected = expected;
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return DtlsPolicy.VERSIONS;
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return DtlsPolicy.CIPHER_SUITES;
  }

  @Override
  public int getHandshakeTimeoutMillis() {
    return DtlsPolicy.HANDSHAKE_TIMEOUT_MILLIS;
  }

  @Override
  public int getHandshakeResendTimeMillis() {
    return DtlsPolicy.RESEND_MILLIS;
  }

  @Override
  @SuppressWarnings("rawtypes") // the library's signature
  public Hashtable getClientExtensions() throws IOException {
    Hashtable extensions = super.getClientExtensions();
    TlsSRTPUtils.addUseSRTPExtension(extensions, DtlsPolicy.offer());
    return extensions;
  }

  @Override
  @SuppressWarnings("rawtypes") // the library's signature
  public void processServerExtensions(Hashtable extensions) throws IOException {
    super.processServerExtensions(extensions);
    profile =
        DtlsPolicy.choose(extensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(extensions));
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new TlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
        DtlsPolicy.checkCertificate(certificate.getCertificate(), expected);
      }

      @Override
      public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
        return identity.signer(context);
      }
    };
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    keys = DtlsPolicy.export(context, profile);
  }

  @Override
  public void notifyAlertReceived(short level, short description) {
    if (description == AlertDescription.close_notify) {
      closedByPeer = true;
    }
  }

  @Override
  public SrtpKeys keys() {
    return keys;
  }

  @Override
  public boolean closedByPeer() {
    return closedByPeer;
  }
}

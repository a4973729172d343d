package io.castmesh.medianode.engine.dtls;

import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.UseSRTPData;

/** The DTLS server of one association. Lives on the handshake's thread. */
final class SrtpServer extends DefaultTlsServer implements PeerSession {
  private final DtlsIdentity identity;
  private final List<Fingerprint> expected;
  private SrtpProfile profile;
  private volatile SrtpKeys keys;
  private volatile boolean closedByPeer;

  SrtpServer(DtlsIdentity identity, List<Fingerprint> expected) {
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
  protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
    return identity.signer(context);
  }

  @Override
  public CertificateRequest getCertificateRequest() {
    return new CertificateRequest(
        new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign},
        DtlsPolicy.signatureAlgorithms(),
        null);
  }

  @Override
  public void notifyClientCertificate(Certificate chain) throws IOException {
    DtlsPolicy.checkCertificate(chain, expected);
  }

  @Override
  @SuppressWarnings("rawtypes") // the library's signature
  public void processClientExtensions(Hashtable extensions) throws IOException {
    super.processClientExtensions(extensions);
    profile =
        DtlsPolicy.choose(extensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(extensions));
  }

  @Override
  @SuppressWarnings("rawtypes") // the library's signature
  public Hashtable getServerExtensions() throws IOException {
    Hashtable extensions = super.getServerExtensions();
    TlsSRTPUtils.addUseSRTPExtension(
        extensions, new UseSRTPData(new int[] {profile.number()}, new byte[0]));
    return extensions;
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

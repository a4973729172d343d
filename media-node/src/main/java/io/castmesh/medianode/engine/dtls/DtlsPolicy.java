package io.castmesh.medianode.engine.dtls;

import io.castmesh.medianode.engine.srtp.SrtpKeys;
import io.castmesh.medianode.engine.srtp.SrtpProfile;
import java.io.IOException;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.UseSRTPData;

/** What client and server role have in common: versions, suites, profiles, whom to believe. */
final class DtlsPolicy {
  static final ProtocolVersion[] VERSIONS = ProtocolVersion.DTLSv12.only();
  static final int[] CIPHER_SUITES = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  };

  /** A browser that has not finished by then will not. */
  static final int HANDSHAKE_TIMEOUT_MILLIS = 20_000;

  /** First retransmission; doubled each time. A lost flight should not cost a second. */
  static final int RESEND_MILLIS = 250;

  private DtlsPolicy() {}

  static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
    Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
    for (short hash : new short[] {HashAlgorithm.sha256, HashAlgorithm.sha384}) {
      algorithms.add(new SignatureAndHashAlgorithm(hash, SignatureAlgorithm.ecdsa));
      algorithms.add(new SignatureAndHashAlgorithm(hash, SignatureAlgorithm.rsa));
    }
    return algorithms;
  }

  /** Any one of the fingerprints may fit (RFC 8122 section 5). */
  static void checkCertificate(Certificate chain, List<Fingerprint> expected) throws IOException {
    if (chain == null || chain.isEmpty()) {
      throw new TlsFatalAlert(AlertDescription.certificate_required);
    }
    byte[] certificate = chain.getCertificateAt(0).getEncoded();
    if (expected.stream().noneMatch(fingerprint -> fingerprint.matches(certificate))) {
      throw new TlsFatalAlert(
          AlertDescription.bad_certificate, "the certificate is not the one in the SDP");
    }
  }

  /** Our first choice among what the peer offers. */
  static SrtpProfile choose(UseSRTPData offered) throws IOException {
    if (offered != null) {
      for (SrtpProfile profile : SrtpProfile.values()) {
        for (int number : offered.getProtectionProfiles()) {
          if (number == profile.number()) {
            return profile;
          }
        }
      }
    }
    throw new TlsFatalAlert(
        AlertDescription.illegal_parameter, "the peer offers no SRTP profile of ours");
  }

  static UseSRTPData offer() {
    SrtpProfile[] profiles = SrtpProfile.values();
    int[] numbers = new int[profiles.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = profiles[i].number();
    }
    return new UseSRTPData(numbers, new byte[0]);
  }

  static SrtpKeys export(TlsContext context, SrtpProfile profile) {
    return SrtpKeys.fromExporter(
        profile,
        context.exportKeyingMaterial(
            ExporterLabel.dtls_srtp, null, SrtpKeys.exportedLength(profile)));
  }
}

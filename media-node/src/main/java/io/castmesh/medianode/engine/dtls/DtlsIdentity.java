package io.castmesh.medianode.engine.dtls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** The node's key and self-signed certificate, made at start. Immutable; any thread. */
public final class DtlsIdentity {
  private static final Duration VALIDITY = Duration.ofDays(3650);

  private final BcTlsCrypto crypto;
  private final AsymmetricKeyParameter privateKey;
  private final byte[] certificate;
  private final Fingerprint fingerprint;

  private DtlsIdentity(BcTlsCrypto crypto, AsymmetricKeyParameter privateKey, byte[] certificate) {
    this.crypto = crypto;
    this.privateKey = privateKey;
    this.certificate = certificate;
    this.fingerprint = Fingerprint.of(certificate);
  }

  /** A fresh ECDSA P-256 key and its certificate, valid from a day ago (clocks differ). */
  public static DtlsIdentity create(Instant now) {
    return create(now, new BoundedCrypto(new SecureRandom()));
  }

  static DtlsIdentity create(Instant now, BcTlsCrypto crypto) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      X500Name name = new X500Name("CN=castmesh");
      Instant from = now.minus(Duration.ofDays(1));
      byte[] certificate =
          new JcaX509v3CertificateBuilder(
                  name,
                  new BigInteger(64, crypto.getSecureRandom()),
                  Date.from(from),
                  Date.from(from.plus(VALIDITY)),
                  name,
                  keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      return new DtlsIdentity(
          crypto, PrivateKeyFactory.createKey(keys.getPrivate().getEncoded()), certificate);
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot make a certificate", e);
    }
  }

  /** What the SDP says about our certificate. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  BcTlsCrypto crypto() {
    return crypto;
  }

  TlsCredentialedSigner signer(TlsContext context) throws IOException {
    Certificate chain =
        new Certificate(new TlsCertificate[] {new BcTlsCertificate(crypto, certificate)});
    return new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        privateKey,
        chain,
        new SignatureAndHashAlgorithm(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
  }
}

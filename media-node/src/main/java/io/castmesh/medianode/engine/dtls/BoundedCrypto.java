package io.castmesh.medianode.engine.dtls;

import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsDecodeResult;
import org.bouncycastle.tls.crypto.TlsEncodeResult;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The library's algorithms, and a look at what they decrypt. Records that are not the peer's are
 * ignored, also those that are too short to be anybody's, which the library takes for the end of
 * the association. A peer with keys may not send larger {@link HandshakeMessages} than one without.
 * Immutable; any thread.
 */
final class BoundedCrypto extends BcTlsCrypto {
  BoundedCrypto(SecureRandom random) {
    super(random);
  }

  @Override
  public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac)
      throws IOException {
    return new BoundedCipher(super.createCipher(parameters, encryption, mac));
  }

  private record BoundedCipher(TlsCipher cipher) implements TlsCipher {
    @Override
    public TlsDecodeResult decodeCiphertext(
        long sequence, short type, ProtocolVersion version, byte[] data, int offset, int length)
        throws IOException {
      TlsDecodeResult clear;
      try {
        clear = cipher.decodeCiphertext(sequence, type, version, data, offset, length);
      } catch (TlsFatalAlert notOfThePeer) {
        // Anybody can send it: it ends nothing, however it was made (RFC 6347 section 4.1.2.7).
        throw new TlsFatalAlert(AlertDescription.bad_record_mac, notOfThePeer);
      }
      if (clear.contentType == ContentType.handshake
          && !HandshakeMessages.fit(clear.buf, clear.off, clear.off + clear.len)) {
        throw new TlsFatalAlert(
            AlertDescription.illegal_parameter, "a message of the handshake is too long");
      }
      return clear;
    }

    @Override
    public TlsEncodeResult encodePlaintext(
        long sequence,
        short type,
        ProtocolVersion version,
        int headerLength,
        byte[] data,
        int offset,
        int length)
        throws IOException {
      return cipher.encodePlaintext(sequence, type, version, headerLength, data, offset, length);
    }

    @Override
    public int getCiphertextDecodeLimit(int plaintextLimit) {
      return cipher.getCiphertextDecodeLimit(plaintextLimit);
    }

    @Override
    public int getCiphertextEncodeLimit(int plaintextLimit) {
      return cipher.getCiphertextEncodeLimit(plaintextLimit);
    }

    @Override
    public int getPlaintextDecodeLimit(int ciphertextLimit) {
      return cipher.getPlaintextDecodeLimit(ciphertextLimit);
    }

    @Override
    public int getPlaintextEncodeLimit(int ciphertextLimit) {
      return cipher.getPlaintextEncodeLimit(ciphertextLimit);
    }

    @Override
    public void rekeyDecoder() throws IOException {
      cipher.rekeyDecoder();
    }

    @Override
    public void rekeyEncoder() throws IOException {
      cipher.rekeyEncoder();
    }

    @Override
    public boolean usesOpaqueRecordTypeDecode() {
      return cipher.usesOpaqueRecordTypeDecode();
    }

    @Override
    public boolean usesOpaqueRecordTypeEncode() {
      return cipher.usesOpaqueRecordTypeEncode();
    }
  }
}

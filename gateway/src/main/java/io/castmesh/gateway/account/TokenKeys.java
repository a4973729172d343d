package io.castmesh.gateway.account;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** The EC P-256 key pair that signs access tokens: made once, then read again at every start. */
final class TokenKeys {
  private TokenKeys() {}

  record Pem(String privateKey, String publicKey) {}

  private static final String PUBLIC_BEGIN = "-----BEGIN PUBLIC KEY-----";

  /** Blocking. */
  static Pem loadOrCreate(Path file) throws IOException, GeneralSecurityException {
    if (!Files.exists(file)) {
      create(file);
    }
    String text = Files.readString(file);
    int split = text.indexOf(PUBLIC_BEGIN);
    if (split < 0) {
      throw new IOException(file + " holds no key pair");
    }
    return new Pem(text.substring(0, split), text.substring(split));
  }

  private static void create(Path file) throws IOException, GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    Files.createDirectories(file.getParent());
    Path fresh = Files.createTempFile(file.getParent(), "key", ".tmp", ownerOnly());
    Files.writeString(
        fresh,
        pem("PRIVATE KEY", pair.getPrivate().getEncoded())
            + pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException another) {
      // Another gateway on this folder was faster: its key is everybody's.
    } finally {
      Files.delete(fresh);
    }
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(String name, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + name + "-----\n" + body + "\n-----END " + name + "-----\n";
  }
}

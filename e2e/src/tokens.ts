import { generateKeyPairSync, sign } from 'node:crypto';

type Part = Record<string, unknown>;

function decoded(part: string | undefined): Part {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Part;
}

function encoded(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** What an attacker makes of a good access token. */
export const forgeries = {
  /** Another person's id under the old signature. */
  changed(token: string): string {
    const [head, body, signature] = token.split('.');
    return `${head}.${encoded({ ...decoded(body), sub: 'somebody-else' })}.${signature}`;
  },

  /** "I need no signature." */
  unsigned(token: string): string {
    const body = token.split('.')[1];
    return `${encoded({ alg: 'none', typ: 'JWT' })}.${body}.`;
  },

  /** Signed properly, by a key that is not ours. */
  ofAnotherKey(token: string): string {
    const [head, body] = token.split('.');
    const { alg } = decoded(head) as { alg: string };
    const text = Buffer.from(`${head}.${body}`);
    return `${head}.${body}.${foreignSignature(alg, text).toString('base64url')}`;
  },

  /** The public half of our key used as the secret of a symmetric signature cannot be tried
   * without it; an arbitrary secret can. */
  symmetric(token: string): string {
    const body = token.split('.')[1];
    return `${encoded({ alg: 'HS256', typ: 'JWT' })}.${body}.${Buffer.alloc(32, 7).toString('base64url')}`;
  },
};

function foreignSignature(algorithm: string, text: Buffer): Buffer {
  switch (algorithm) {
    case 'RS256':
      return sign('sha256', text, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    case 'ES256': {
      const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      return sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' });
    }
    case 'EdDSA':
      return sign(null, text, generateKeyPairSync('ed25519').privateKey);
    default:
      throw new Error(`access tokens are signed with ${algorithm}: not an asymmetric algorithm`);
  }
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { Http } from '../src/http/http.js';
import type { StoredTokens, TokenStore } from '../src/http/token-store.js';

const ann = { id: 'u1', nickname: 'ann', avatar: '/a' };

/** What the server keeps of one sign-in: RefreshTokens of the gateway, without its clock. */
class Family {
  readonly tokens = [{ name: 'r0', isUsed: false, isRevoked: false }];
  refreshes = 0;

  /** One that is used again brings another successor while nobody has used the first one. */
  rotate(name: string): string | undefined {
    const token = this.tokens.find((one) => one.name === name);
    const later = token && this.tokens.slice(this.tokens.indexOf(token) + 1);
    const isAnswered = token?.isUsed && later?.some((one) => one.isUsed);
    if (!token || token.isRevoked || isAnswered) {
      for (const one of this.tokens) one.isRevoked = true;
      return undefined;
    }
    this.refreshes += 1;
    if (token.isUsed) later?.forEach((one) => (one.isRevoked = true));
    token.isUsed = true;
    const successor = { name: `r${this.tokens.length}`, isUsed: false, isRevoked: false };
    this.tokens.push(successor);
    return successor.name;
  }
}

/** What the tabs of an origin have in common, and nothing else: a page by plain HTTP has no locks. */
class FakeStorage {
  readonly #items = new Map<string, string>();

  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.#items.set(name, value);
  }

  removeItem(name: string): void {
    this.#items.delete(name);
  }
}

class TabStore implements TokenStore {
  load(): StoredTokens | undefined {
    const json = storage.getItem('tokens');
    return json === null ? undefined : (JSON.parse(json) as StoredTokens);
  }

  save(tokens: StoredTokens): void {
    storage.setItem('tokens', JSON.stringify(tokens));
  }

  clear(): void {
    storage.removeItem('tokens');
  }
}

let server: Server;
let family: Family;
let storage: FakeStorage;
let signedOut: number;

beforeEach(async () => {
  family = new Family();
  storage = new FakeStorage();
  signedOut = 0;
  Object.assign(globalThis, { localStorage: storage });
  server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const { refreshToken } = JSON.parse(text) as { refreshToken: string };
      const next = family.rotate(refreshToken);
      response.writeHead(next ? 200 : 401, { 'content-type': 'application/json' });
      const problem = { code: 1103, name: 'TOKEN_REVOKED', retryable: false };
      const tokens = { accessToken: `a-${next}`, refreshToken: next, expiresIn: 600, user: ann };
      response.end(JSON.stringify(next ? tokens : problem));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  delete (globalThis as { localStorage?: unknown }).localStorage;
  server.closeAllConnections();
  server.close();
});

function tab(): { http: Http; store: TabStore } {
  const store = new TabStore();
  const http = new Http({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: store,
    onSignedOut: () => (signedOut += 1),
  });
  return { http, store };
}

function expire(store: TabStore): void {
  const tokens = store.load() ?? { accessToken: 'a0', refreshToken: 'r0', user: ann };
  store.save({ ...tokens, expiresAt: Date.now() });
}

test('two tabs without Web Locks that refresh in the same moment stay signed in', async () => {
  // given
  const tabs = [tab(), tab()];
  expire(tabs[0]!.store);
  // when
  const tokens = await Promise.all(tabs.map(({ http }) => http.accessToken(false)));
  // then
  assert.deepEqual(tokens, ['a-r1', 'a-r1']);
  assert.equal(family.refreshes, 1);
  // when one of them is refreshed later
  expire(tabs[0]!.store);
  const later = await tabs[1]!.http.accessToken(false);
  // then
  assert.equal(later, 'a-r2');
  assert.equal(signedOut, 0);
});

test('a tab that has gone in the middle of a refresh keeps the others waiting no longer than one takes', async () => {
  // given
  const { http, store } = tab();
  expire(store);
  const lease = (until: number) => JSON.stringify({ holder: 'somebody', until });
  for (const until of [Date.now() - 1, Date.now() + 86_400_000]) {
    storage.setItem('castmesh-token-refresh', lease(until));
    expire(store);
    // when
    const token = await http.accessToken(false);
    // then
    assert.match(token, /^a-r\d$/);
  }
  assert.equal(storage.getItem('castmesh-token-refresh'), null);
});

test('a page that may store nothing refreshes all the same', async () => {
  // given
  const { http, store } = tab();
  expire(store);
  const full = { getItem: () => null, setItem: () => assert.fail('full'), removeItem: () => {} };
  Object.assign(globalThis, { localStorage: full });
  // when
  const token = await http.accessToken(false);
  // then
  assert.equal(token, 'a-r1');
});

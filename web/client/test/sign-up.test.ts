import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthApi } from '../src/http/api.js';
import { Http } from '../src/http/http.js';
import { MemoryTokenStore } from '../src/http/token-store.js';

const ann = { id: 'u1', nickname: 'ann', avatar: '/a' };
const tokens = { accessToken: 'a1', refreshToken: 'r1', expiresIn: 900, user: ann };

/** What becomes of a request: an answer, or that it gets lost once it is carried out. */
type Fate = { status: number; body: object } | 'answer-lost';

const signedUp: Fate = { status: 201, body: tokens };
const signedIn: Fate = { status: 200, body: tokens };
const taken: Fate = { status: 409, body: { name: 'NICKNAME_TAKEN', code: 40901, detail: 'taken' } };
const wrong: Fate = {
  status: 401,
  body: { name: 'BAD_CREDENTIALS', code: 40101, detail: 'wrong' },
};

/** An interface whose server answers like this, one request after the other. */
function meeting(...fates: Fate[]) {
  const asked: string[] = [];
  const store = new MemoryTokenStore();
  const http = new Http({
    baseUrl: 'http://server.test',
    tokens: store,
    fetch: (url) => {
      asked.push(new URL(String(url)).pathname);
      const fate = fates.shift();
      if (!fate || fate === 'answer-lost') return Promise.reject(new TypeError('network'));
      return Promise.resolve(new Response(JSON.stringify(fate.body), { status: fate.status }));
    },
    onSignedOut: () => undefined,
  });
  return { auth: new AuthApi(http, store), asked, store };
}

test('a sign-up whose answer got lost is asked for again', async () => {
  const { auth, asked, store } = meeting('answer-lost', signedUp);
  assert.deepEqual(await auth.register('ann', 'secret'), ann);
  assert.equal(asked.length, 2);
  assert.equal(store.load()?.user.id, 'u1');
});

test('who has got the name all the same is signed in', async () => {
  const { auth, asked } = meeting('answer-lost', taken, signedIn);
  assert.deepEqual(await auth.register('ann', 'secret'), ann);
  assert.match(asked.join(' '), /register \S+register \S+login$/);
});

test("somebody else's name stays taken, also when the first answer got lost", async () => {
  const { auth } = meeting('answer-lost', taken, wrong);
  await assert.rejects(auth.register('ann', 'secret'), { name: 'NICKNAME_TAKEN' });
});

test('a name that is taken is told at once', async () => {
  const { auth, asked } = meeting(taken);
  await assert.rejects(auth.register('ann', 'secret'), { name: 'NICKNAME_TAKEN' });
  assert.equal(asked.length, 1);
});

test('a server that stays away is told after the second time', async () => {
  const { auth, asked } = meeting('answer-lost', 'answer-lost');
  await assert.rejects(auth.register('ann', 'secret'), { name: 'CONNECTION_LOST' });
  assert.equal(asked.length, 2);
});

test('a sign-in whose answer got lost is asked for again', async () => {
  const { auth } = meeting('answer-lost', signedIn);
  assert.deepEqual(await auth.login('ann', 'secret'), ann);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { AuthApi, LivesApi, VideosApi } from '../src/http/api.js';
import { Http } from '../src/http/http.js';
import { MemoryTokenStore } from '../src/http/token-store.js';

const ann = { id: 'u1', nickname: 'ann', avatar: '/a' };

interface Reply {
  status: number;
  body?: object;
  /** In place of a body. */
  text?: string;
  /** The answer never ends. */
  isCut?: boolean;
}
type Handler = (request: IncomingMessage, body: Record<string, unknown>) => Reply | Promise<Reply>;

let server: Server;
let requests: string[];
let routes: Record<string, Handler>;

beforeEach(async () => {
  requests = [];
  routes = {};
  server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const route = `${request.method} ${request.url?.split('?')[0]}`;
      requests.push(`${request.method} ${request.url}`);
      const handler = routes[route];
      const reply = handler
        ? await handler(request, text ? (JSON.parse(text) as Record<string, unknown>) : {})
        : { status: 404 };
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      if (reply.isCut) return void response.write('{"id":');
      response.end(reply.text ?? (reply.body ? JSON.stringify(reply.body) : undefined));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function newHttp(timeoutMs = 2_000) {
  const tokens = new MemoryTokenStore();
  let signedOut = 0;
  const http = new Http({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    timeoutMs,
    onSignedOut: () => (signedOut += 1),
  });
  return { http, tokens, signedOut: () => signedOut };
}

function signedIn(tokens: MemoryTokenStore, expiresInMs = 600_000): void {
  tokens.save({
    accessToken: 'a1',
    refreshToken: 'r1',
    expiresAt: Date.now() + expiresInMs,
    user: ann,
  });
}

/** Each refresh token works once, as on the real server. */
function rotatingRefresh(): void {
  let generation = 1;
  routes['POST /api/v1/auth/refresh'] = (_request, body) => {
    if (body.refreshToken !== `r${generation}`) {
      return { status: 401, body: { code: 1103, name: 'TOKEN_REVOKED', retryable: false } };
    }
    generation += 1;
    const tokens = { accessToken: `a${generation}`, refreshToken: `r${generation}` };
    return { status: 200, body: { ...tokens, expiresIn: 600, user: ann } };
  };
}

const bearer = (request: IncomingMessage) => request.headers.authorization;

test('signing in keeps the tokens and later calls carry them', async () => {
  // given
  const { http, tokens } = newHttp();
  routes['POST /api/v1/auth/login'] = (_request, body) => ({
    status: 200,
    body: {
      accessToken: 'a1',
      refreshToken: 'r1',
      expiresIn: 600,
      user: { ...ann, nickname: body.nickname },
    },
  });
  routes['GET /api/v1/lives'] = (request) => ({
    status: 200,
    body: { items: [{ liveId: bearer(request) }] },
  });
  // when
  const user = await new AuthApi(http, tokens).login('bob', 'secret');
  const lives = await new LivesApi(http).list();
  // then
  assert.equal(user.nickname, 'bob');
  assert.equal(lives[0]?.liveId, 'Bearer a1');
});

test('calls that find the token expired share one refresh', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens, 1_000);
  rotatingRefresh();
  routes['GET /api/v1/me'] = (request) => ({ status: 200, body: { id: bearer(request) } });
  const auth = new AuthApi(http, tokens);
  // when
  const answers = await Promise.all([auth.me(), auth.me(), auth.me(), http.accessToken(false)]);
  // then
  assert.deepEqual(
    answers.map((answer) => (typeof answer === 'string' ? answer : answer.id)),
    ['Bearer a2', 'Bearer a2', 'Bearer a2', 'a2'],
  );
  assert.equal(requests.filter((line) => line.includes('refresh')).length, 1);
  assert.equal(tokens.load()?.refreshToken, 'r2');
});

test('a token the server refuses is renewed and the call made once more', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens);
  rotatingRefresh();
  routes['GET /api/v1/me'] = (request) =>
    bearer(request) === 'Bearer a2'
      ? { status: 200, body: ann }
      : { status: 401, body: { code: 1102, name: 'TOKEN_EXPIRED', retryable: false } };
  // when
  const auth = new AuthApi(http, tokens);
  const answers = await Promise.all([auth.me(), auth.me()]);
  // then
  assert.deepEqual(answers, [ann, ann]);
  assert.equal(requests.filter((line) => line.includes('refresh')).length, 1);
});

test('a refresh that is refused signs out; one that does not get through does not', async () => {
  // given
  const { http, tokens, signedOut } = newHttp();
  signedIn(tokens, 0);
  routes['POST /api/v1/auth/refresh'] = () => ({ status: 503 });
  // when
  await assert.rejects(http.accessToken(false), { name: 'UNAVAILABLE', retryable: true });
  const kept = tokens.load();
  rotatingRefresh();
  tokens.save({ ...kept!, refreshToken: 'stolen' });
  await assert.rejects(http.accessToken(false), { name: 'TOKEN_REVOKED' });
  // then
  assert.equal(kept?.refreshToken, 'r1');
  assert.equal(tokens.load(), undefined);
  assert.equal(signedOut(), 1);
});

test('a problem document becomes a typed failure', async () => {
  // given
  const { http, tokens } = newHttp();
  routes['POST /api/v1/auth/register'] = () => ({
    status: 409,
    body: {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'This nickname is taken',
      code: 1100,
      name: 'NICKNAME_TAKEN',
      retryable: false,
    },
  });
  // when
  const registering = new AuthApi(http, tokens).register('ann', 'secret');
  // then
  await assert.rejects(registering, {
    name: 'NICKNAME_TAKEN',
    code: 1100,
    status: 409,
    message: 'This nickname is taken',
    retryable: false,
  });
});

test('a body that is no problem document is described by its status', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens);
  routes['GET /api/v1/me'] = () => ({ status: 502 });
  // when
  const asking = new AuthApi(http, tokens).me();
  // then
  await assert.rejects(asking, { name: 'UNAVAILABLE', status: 502, retryable: true });
});

test('a read that does not get through is made again; anything else is not', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens);
  let reads = 0;
  routes['GET /api/v1/lives'] = () =>
    (reads += 1) === 1 ? { status: 503 } : { status: 200, body: { items: [] } };
  routes['PATCH /api/v1/videos/v1'] = () => ({ status: 503 });
  // when
  const lives = await new LivesApi(http).list();
  const renaming = new VideosApi(http).rename('v1', 'x');
  // then
  assert.deepEqual(lives, []);
  await assert.rejects(renaming, { name: 'UNAVAILABLE' });
  assert.deepEqual(requests, ['GET /api/v1/lives', 'GET /api/v1/lives', 'PATCH /api/v1/videos/v1']);
});

test('a server that does not answer is given up at the deadline', async () => {
  // given
  const { http, tokens } = newHttp(60);
  signedIn(tokens);
  routes['GET /api/v1/me'] = () => new Promise(() => undefined);
  // when
  const asking = new AuthApi(http, tokens).me();
  // then
  await assert.rejects(asking, { name: 'TIMEOUT' });
});

test('only the filters that are set go into the address of a video list', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens);
  routes['GET /api/v1/videos'] = () => ({
    status: 200,
    body: { items: [], page: 2, size: 12, total: 0 },
  });
  // when
  await new VideosApi(http).list({ q: 'a&b', nickname: '', minDuration: 60, page: 2 });
  // then
  assert.deepEqual(requests, ['GET /api/v1/videos?q=a%26b&minDuration=60&page=2']);
});

test('signing out forgets the tokens even when the server is away', async () => {
  // given
  const { http, tokens } = newHttp();
  signedIn(tokens);
  server.close();
  server.closeAllConnections();
  // when
  const leaving = new AuthApi(http, tokens).logout();
  // then
  await assert.rejects(leaving, { name: 'CONNECTION_LOST' });
  assert.equal(tokens.load(), undefined);
});

test('an answer that is not one of the server, or ends in the middle, is a typed failure', async () => {
  // given
  const { http, tokens } = newHttp();
  const impatient = newHttp(300);
  signedIn(tokens);
  signedIn(impatient.tokens);
  const auth = new AuthApi(http, tokens);
  routes['POST /api/v1/auth/login'] = () => ({ status: 200, text: '<h1>Welcome to our hotel' });
  routes['GET /api/v1/me'] = () => ({ status: 200, isCut: true });
  routes['POST /api/v1/auth/register'] = () => ({ status: 200 });
  // when
  const html = auth.login('ann', 'secret');
  const cut = new AuthApi(impatient.http, impatient.tokens).me();
  const empty = auth.register('ann', 'secret');
  // then
  await assert.rejects(html, { name: 'UNAVAILABLE', retryable: true });
  await assert.rejects(empty, { name: 'UNAVAILABLE' });
  await assert.rejects(cut, { name: 'TIMEOUT' });
});

test('a guest signs in without a password, with a nickname or none', async () => {
  // given
  const { http, tokens } = newHttp();
  const bodies: object[] = [];
  routes['POST /api/v1/auth/guest'] = (_request, body) => {
    bodies.push(body);
    const guest = { ...ann, nickname: body.nickname ?? 'guest-1' };
    const issued = { accessToken: 'a1', refreshToken: 'r1', expiresIn: 600, user: guest };
    return { status: 201, body: issued };
  };
  const auth = new AuthApi(http, tokens);
  // when
  const made = [await auth.guest(), await auth.guest('eve')];
  // then
  assert.deepEqual(
    made.map((user) => user.nickname),
    ['guest-1', 'eve'],
  );
  assert.deepEqual(bodies, [{}, { nickname: 'eve' }]);
  assert.equal(tokens.load()?.user.nickname, 'eve');
});

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ensure } from '../src/ensure.ts';
import { Api, nickname, problem } from '../src/api.ts';
import { Rpc, type RpcError } from '../src/rpc.ts';
import { offer } from '../src/sdp.ts';
import { Castmesh } from '../src/server.ts';
import { forgeries } from '../src/tokens.ts';

const ACCESS_SECONDS = 20;

describe('bad input gets a stable error and disturbs nobody', () => {
  let castmesh: Castmesh;
  let api: Api;

  before(async () => {
    castmesh = await Castmesh.start({ CASTMESH_AUTH_ACCESS_TTL: String(ACCESS_SECONDS) });
    api = new Api(castmesh.url);
  });

  after(() => castmesh?.close());

  async function signedIn(stem: string): Promise<Rpc> {
    const { accessToken } = await api.register(nickname(stem));
    return Rpc.signedIn(castmesh.url, accessToken);
  }

  function named(error: RpcError | undefined, name: string, code: number): void {
    assert.deepEqual({ name: error?.data.name, code: error?.code }, { name, code });
    // A stranger never sees what is inside.
    assert.doesNotMatch(JSON.stringify(error), /Exception|at io\.|java\./);
  }

  describe('on the socket', () => {
    it('broken JSON', async () => {
      const rpc = await signedIn('broken');
      rpc.sendText('{"jsonrpc":"2.0","id":1,');
      named((await rpc.stray()).error, 'PARSE_ERROR', -32700);
      await rpc.result('session.ping');
      rpc.close();
    });

    it('JSON that is no request', async () => {
      const rpc = await signedIn('shape');
      for (const text of ['[]', '7', '"x"', 'null', '{"id":1}', '{"jsonrpc":"1.0","id":1}']) {
        rpc.sendText(text);
        named((await rpc.stray()).error, 'INVALID_MESSAGE', -32600);
      }
      await rpc.result('session.ping');
      rpc.close();
    });

    it('an unknown method', async () => {
      const rpc = await signedIn('unknown');
      for (const method of ['live.explode', 'Session.Ping', '', '__proto__']) {
        named(await rpc.error(method), 'METHOD_NOT_FOUND', -32601);
      }
      rpc.close();
    });

    it('missing parameters', async () => {
      const rpc = await signedIn('missing');
      const error = await rpc.error('live.view', { liveId: 'x' });
      named(error, 'INVALID_PARAMS', -32602);
      assert.match(error.data.details ?? '', /sdpOffer/);
      rpc.close();
    });

    it('wrong-typed parameters', async () => {
      const rpc = await signedIn('types');
      for (const params of [
        { liveId: 5, sdpOffer: offer('recvonly') },
        { liveId: { $ne: null }, sdpOffer: offer('recvonly') },
        { liveId: 'x', sdpOffer: ['v=0'] },
        [1, 2],
        'x',
      ]) {
        named(await rpc.error('live.view', params), 'INVALID_PARAMS', -32602);
      }
      rpc.close();
    });

    it('a message over the limit closes its own socket with 4413', async () => {
      const bystander = await signedIn('bystander');
      const rpc = await signedIn('large');
      rpc.sendText(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', a: 'a'.repeat(70_000) }));
      assert.equal(await rpc.closeCode(), 4413);
      await bystander.result('session.ping');
      bystander.close();
    });

    it('a garbage offer', async () => {
      const rpc = await signedIn('offer');
      for (const sdpOffer of ['garbage', 'v=0\r\n', offer().replaceAll('fingerprint', 'finger')]) {
        named(await rpc.error('live.publish', { sdpOffer }), 'INVALID_SDP', 1202);
      }
      assert.deepEqual((await api.lives()).items, [], 'a refused publish leaves nothing');
      rpc.close();
    });

    it('an offer that says the same again and again', async () => {
      const bystander = await signedIn('beside');
      const beside = await bystander.result('live.publish', { sdpOffer: offer(), record: false });
      const rpc = await signedIn('again');
      const sdpOffer = offer()
        .replace('SAVPF 96', `SAVPF${' 96'.repeat(900)}`)
        .replace('a=rtpmap:96 VP8/90000', `$&\r\na=fmtp:96 x=${'y'.repeat(1_200)}`);
      const live = await rpc.result('live.publish', { sdpOffer, record: false });
      await rpc.result('live.stop', { liveId: live.liveId });
      await bystander.result('live.stop', { liveId: beside.liveId });
      rpc.close();
      bystander.close();
    });

    it('a garbage candidate', async () => {
      const rpc = await signedIn('candidate');
      const live = await rpc.result('live.publish', { sdpOffer: offer(), record: false });
      const candidate = { candidate: 'garbage', sdpMid: '0', sdpMLineIndex: 0 };
      named(
        await rpc.error('media.candidate', { mediaId: live.mediaId, candidate }),
        'INVALID_CANDIDATE',
        1205,
      );
      named(
        await rpc.error('media.candidate', { mediaId: live.mediaId, candidate: 'x' }),
        'INVALID_PARAMS',
        -32602,
      );
      await rpc.result('live.stop', { liveId: live.liveId });
      rpc.close();
    });

    it('an unknown live', async () => {
      const rpc = await signedIn('nolive');
      const sdpOffer = offer('recvonly');
      for (const liveId of ['no-such-live', '../../etc/passwd', '*']) {
        named(await rpc.error('live.view', { liveId, sdpOffer }), 'LIVE_NOT_FOUND', 1200);
        named(await rpc.error('live.stop', { liveId }), 'LIVE_NOT_FOUND', 1200);
      }
      rpc.close();
    });

    it("somebody else's live cannot be stopped", async () => {
      const presenter = await signedIn('owner');
      const live = await presenter.result('live.publish', { sdpOffer: offer(), record: false });
      const other = await signedIn('other');
      named(await other.error('live.stop', { liveId: live.liveId }), 'FORBIDDEN', 1002);
      await presenter.result('live.stop', { liveId: live.liveId });
      presenter.close();
      other.close();
    });

    it('a second publish', async () => {
      const rpc = await signedIn('second');
      const live = await rpc.result('live.publish', { sdpOffer: offer(), record: false });
      named(
        await rpc.error('live.publish', { sdpOffer: offer(), record: false }),
        'ALREADY_PUBLISHING',
        1201,
      );
      const { items } = await api.lives();
      assert.equal(items.filter((one) => one.liveId === live.liveId).length, 1);
      await rpc.result('live.stop', { liveId: live.liveId });
      rpc.close();
    });

    it('an unknown call', async () => {
      const rpc = await signedIn('nocall');
      for (const method of ['call.accept', 'call.reject', 'call.cancel', 'call.hangup']) {
        named(await rpc.error(method, { callId: 'no-such-call' }), 'CALL_NOT_FOUND', 1300);
      }
      named(await rpc.error('call.invite', { to: 'nobody-at-all' }), 'USER_NOT_FOUND', 1304);
      rpc.close();
    });

    it('a socket that does not authenticate first', async () => {
      const rpc = await Rpc.open(castmesh.url);
      named(await rpc.error('session.ping'), 'UNAUTHENTICATED', 1001);
      assert.equal(await rpc.closeCode(), 4401);
    });

    it('a flood of requests is refused, then cut off with 4429', async () => {
      const bystander = await signedIn('calm');
      const rpc = await signedIn('flood');
      for (let n = 0; n < 3_000; n++) {
        rpc.sendText(JSON.stringify({ jsonrpc: '2.0', id: `f${n}`, method: 'session.ping' }));
      }
      assert.equal(await rpc.closeCode(), 4429);
      const refused = rpc.strays.find((answer) => answer.error);
      named(refused?.error, 'TOO_MANY_REQUESTS', 1004);
      assert.equal(refused?.error?.data.retryable, true);
      await bystander.result('session.ping');
      bystander.close();
    });
  });

  describe('tokens', () => {
    for (const [kind, forge] of Object.entries(forgeries)) {
      it(`forged: ${kind}`, async () => {
        const { accessToken } = await api.register(nickname('forged'));
        const token = forge(accessToken);
        const rpc = await Rpc.open(castmesh.url);
        named(await rpc.error('session.authenticate', { token }), 'TOKEN_INVALID', 1104);
        assert.equal(await rpc.closeCode(), 4401);
        const refused = await problem(await api.get('/me', token));
        assert.deepEqual([refused.status, refused.name], [401, 'TOKEN_INVALID']);
      });
    }

    it('expired', async () => {
      const { accessToken: token } = await api.register(nickname('expired'));
      assert.equal((await api.get('/me', token)).status, 200);
      await pause((ACCESS_SECONDS + 1.5) * 1_000);
      const rpc = await Rpc.open(castmesh.url);
      named(await rpc.error('session.authenticate', { token }), 'TOKEN_EXPIRED', 1102);
      assert.equal(await rpc.closeCode(), 4401);
      const refused = await problem(await api.get('/me', token));
      assert.deepEqual([refused.status, refused.name], [401, 'TOKEN_EXPIRED']);
    });

    it('revoked by signing out', async () => {
      const tokens = await api.register(nickname('revoked'));
      const out = await api.post(
        '/auth/logout',
        { refreshToken: tokens.refreshToken },
        tokens.accessToken,
      );
      assert.equal(out.status, 204);
      const rpc = await Rpc.open(castmesh.url);
      const error = await rpc.error('session.authenticate', { token: tokens.accessToken });
      named(error, 'TOKEN_REVOKED', 1103);
    });
  });

  describe('over HTTP', () => {
    async function refused(response: Response, status: number, name: string): Promise<void> {
      const document = await problem(response);
      assert.deepEqual([response.status, document.name], [status, name]);
      assert.equal(document.status, status);
    }

    it('a nickname that is taken, also in other letters', async () => {
      const name = nickname('Taken');
      await api.register(name);
      for (const again of [name, name.toUpperCase(), ` ${name}`.trim().toLowerCase()]) {
        const response = await api.post('/auth/register', {
          nickname: again,
          password: 'another one',
        });
        await refused(response, 409, 'NICKNAME_TAKEN');
      }
    });

    it('a wrong password', async () => {
      const name = nickname('wrong');
      await api.register(name);
      for (const account of [name, nickname('nobody')]) {
        const response = await api.post('/auth/login', {
          nickname: account,
          password: 'wrong one',
        });
        await refused(response, 401, 'BAD_CREDENTIALS');
      }
    });

    it('a body that is not what was asked for', async () => {
      for (const body of ['{', '[]', '{"nickname":7,"password":"long enough"}', '{}']) {
        await refused(await api.post('/auth/register', body), 400, 'INVALID_REQUEST');
      }
    });

    it('an address that is not there, and a method that it does not take', async () => {
      await refused(await api.get('/nothing'), 404, 'NOT_FOUND');
      await refused(await api.delete('/lives'), 405, 'METHOD_NOT_ALLOWED');
    });

    it('a video that is not there', async () => {
      for (const path of ['/videos/none', '/videos/none/content', '/videos/none/thumbnail']) {
        await refused(await api.get(path), 404, 'VIDEO_NOT_FOUND');
      }
    });

    it('a video path that climbs with ..', async () => {
      for (const path of [
        '/api/v1/videos/../../../../../../etc/passwd/content',
        '/api/v1/videos/..%2f..%2f..%2f..%2fetc%2fpasswd/content',
        '/api/v1/videos/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
        '/api/v1/videos/..%5c..%5cwindows/content',
        '/api/v1/videos/%00/content',
        '/../../../../etc/passwd',
        '/assets/..%2f..%2f..%2fpackage.json',
      ]) {
        const { status, type, body } = await raw(castmesh.httpPort, path);
        assert.doesNotMatch(body, /root:|castmesh\/app/, path);
        if (path.startsWith('/api/')) {
          ensure(status === 404 || status === 400, `${path}: ${status}`);
          assert.match(type, /^application\/problem\+json/, path);
        }
      }
    });

    it('filters that make no sense', async () => {
      for (const query of ['page=-1', 'size=0', 'size=100000', 'from=yesterday', 'minDuration=x']) {
        await refused(await api.get(`/videos?${query}`), 400, 'INVALID_REQUEST');
      }
    });

    it('a flood of sign-ins', async () => {
      let refusal: Response | undefined;
      // Several at a time: each takes a hash of the server, and a slow one would never be flooded.
      const sendSome = async (): Promise<void> => {
        for (let n = 0; n < 200 && !refusal; n++) {
          const answer = await api.post('/auth/login', { nickname: 'flood', password: 'whatever' });
          if (answer.status === 429) refusal = answer;
          else await answer.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: 12 }, sendSome));
      if (!refusal) throw new Error('2,400 were let through');
      await refused(refusal, 429, 'TOO_MANY_REQUESTS');
    });
  });
});

/** Without the tidying that URL parsers do. */
function raw(port: number, path: string): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body,
        }),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}

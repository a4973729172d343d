import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { signedInAdmin } from '../src/admin.ts';
import { Api, type Tokens, nickname } from '../src/api.ts';
import { HttpDocument, SignallingDocument } from '../src/documents.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { Rpc } from '../src/rpc.ts';
import { offer } from '../src/sdp.ts';
import { Castmesh } from '../src/server.ts';

/** A signed-in client whose every result, error and event is held against the document. */
class Checked {
  readonly tokens: Tokens;
  readonly rpc: Rpc;
  readonly #document: SignallingDocument;
  readonly #exercised: Set<string>;

  private constructor(rpc: Rpc, tokens: Tokens, document: SignallingDocument, seen: Set<string>) {
    this.rpc = rpc;
    this.tokens = tokens;
    this.#document = document;
    this.#exercised = seen;
  }

  static async signIn(
    castmesh: Castmesh,
    document: SignallingDocument,
    seen: Set<string>,
    stem: string,
  ): Promise<Checked> {
    const tokens = await new Api(castmesh.url).register(nickname(stem));
    const person = new Checked(await Rpc.open(castmesh.url), tokens, document, seen);
    await person.call('session.authenticate', { token: tokens.accessToken });
    return person;
  }

  async call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const result = await this.rpc.result(method, params);
    this.#document.checkResult(method, result);
    this.#exercised.add(method);
    return result;
  }

  /** Checks every event so far, and that none is missing or twice. */
  checkEvents(): string[] {
    this.rpc.events.forEach((event, index) => {
      assert.equal(event.params.seq, index + 1, `the seq of ${JSON.stringify(event)}`);
      this.#document.checkEvent(event);
    });
    return this.rpc.events.map((event) => event.method);
  }
}

describe('what the gateway says of itself is what it does', () => {
  let castmesh: Castmesh;
  let document: SignallingDocument;
  const exercised = new Set<string>();
  const heard = new Set<string>();

  before(async () => {
    castmesh = await Castmesh.start({ CASTMESH_CALL_RING_TIMEOUT: '15' });
    document = await SignallingDocument.of(castmesh.url);
  });

  after(() => castmesh?.close());

  async function people(...stems: string[]): Promise<Checked[]> {
    const all: Checked[] = [];
    for (const stem of stems) {
      all.push(await Checked.signIn(castmesh, document, exercised, stem));
    }
    return all;
  }

  function leave(...all: Checked[]): void {
    for (const person of all) {
      person.checkEvents().forEach((method) => heard.add(method));
      person.rpc.close();
    }
  }

  it('knows every method that it describes, and says what is wrong with the parameters', async () => {
    const [ada] = (await people('known')) as [Checked];
    for (const method of document.methods) {
      const answer = await ada.rpc.call(method, {});
      if (answer.error) {
        document.checkError(method, answer.error);
        assert.equal(answer.error.data.name, 'INVALID_PARAMS', method);
      } else {
        document.checkResult(method, answer.result);
        exercised.add(method);
      }
    }
    leave(ada);
  });

  it('refuses what it does not describe', async () => {
    const [bob] = (await people('unknown')) as [Checked];
    for (const method of ['rpc.discover', 'session', 'live', 'media.publish', 'gateway.deliver']) {
      const error = await bob.rpc.error(method);
      assert.equal(error.code, -32601, method);
      document.checkError(method, error);
    }
    leave(bob);
  });

  it('publishes, views, restarts and stops as described', async () => {
    const [presenter, viewer] = (await people('presenter', 'viewer')) as [Checked, Checked];
    const live = await presenter.call('live.publish', {
      sdpOffer: offer('sendrecv'),
      title: 'as described',
      record: false,
    });
    const { liveId, mediaId } = live as { liveId: string; mediaId: string };
    const candidate = {
      candidate: 'candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
    };
    await presenter.call('media.candidate', { mediaId, candidate });
    await viewer.rpc.event('live.started');
    await viewer.call('live.view', { liveId, sdpOffer: offer('recvonly') });
    await presenter.rpc.event('live.viewerJoined');
    await viewer.call('live.leave', { liveId });
    await presenter.rpc.event('live.viewerLeft');
    await presenter.call('media.restart', { mediaId, sdpOffer: offer('sendrecv') });
    await presenter.call('live.stop', { liveId });
    const ended = await viewer.rpc.event('live.ended');
    assert.deepEqual([ended.params.liveId, ended.params.reason], [liveId, 'stopped']);
    leave(presenter, viewer);
  });

  it('calls as described', async () => {
    const [caller, callee] = (await people('caller', 'callee')) as [Checked, Checked];
    const to = callee.tokens.user.nickname;

    const first = await caller.call('call.invite', { to });
    await callee.rpc.event('call.incoming');
    await callee.call('call.reject', { callId: first.callId });
    await caller.rpc.event('call.rejected');

    const second = await caller.call('call.invite', { to, video: false });
    await caller.call('call.cancel', { callId: second.callId });
    await callee.rpc.event('call.ended');

    const third = await caller.call('call.invite', { to });
    await callee.call('call.accept', { callId: third.callId });
    await caller.rpc.event('call.accepted');
    for (const person of [caller, callee]) {
      await person.call('call.connect', { callId: third.callId, sdpOffer: offer('sendrecv') });
    }
    await caller.call('call.hangup', { callId: third.callId });
    await eventually('the callee hears the end', () =>
      ensure(
        callee.rpc.events.some(
          (event) => event.method === 'call.ended' && event.params.callId === third.callId,
        ),
        'call.ended has not come',
      ),
    );
    leave(caller, callee);
  });

  it('meets in rooms as described', async () => {
    const [host, peer] = (await people('host', 'peer')) as [Checked, Checked];
    const room = await host.call('room.join', { name: 'as described', password: 'open' });
    const { roomId, seq } = room as { roomId: string; seq: number };
    const entered = await peer.call('room.join', { roomId, password: 'open' });
    await host.rpc.event('room.peerJoined');

    const to = entered.self as string;
    const signal = { roomId, to, kind: 'offer', payload: { type: 'offer', sdp: 'v=0' } };
    await host.call('room.signal', signal);
    await peer.rpc.event('room.signal');
    await peer.call('room.data', { roomId, topic: 'reaction', payload: ['wave', 1, null] });
    const { params } = await host.rpc.event('room.data');
    assert.deepEqual([params.from, params.payload], [to, ['wave', 1, null]]);

    const again = await host.call('room.join', { roomId, after: seq });
    assert.deepEqual(
      (again.missed as { method: string }[]).map(({ method }) => method),
      ['room.peerJoined', 'room.data'],
    );
    await host.call('room.lock', { roomId });
    await peer.rpc.event('room.locked');
    await host.call('room.host', { roomId, peer: to });
    await peer.rpc.event('room.hostChanged');
    await peer.call('room.kick', { roomId, peer: room.self });
    await host.rpc.event('room.closed');
    await peer.rpc.event('room.peerLeft');
    await peer.call('room.leave', { roomId });
    leave(host, peer);
  });

  it('tells who is online as described', async () => {
    const [watcher] = (await people('watcher')) as [Checked];
    const [watched] = (await people('watched')) as [Checked];
    await eventually('the watched one is online', async () => {
      const { users } = (await watcher.call('presence.watch', {
        users: [watched.tokens.user.id],
      })) as { users: { id: string; state: string }[] };
      assert.deepEqual(
        users.map(({ id, state }) => ({ id, state })),
        [{ id: watched.tokens.user.id, state: 'online' }],
      );
    });
    leave(watched);
    await eventually('the watcher hears of it', () =>
      ensure(
        watcher.rpc.events.some(
          (event) => event.method === 'presence.changed' && event.params.state === 'offline',
        ),
        'no presence.changed says offline',
      ),
    );
    leave(watcher);
  });

  it('has been tried with every method that it describes', () => {
    assert.deepEqual(
      document.methods.filter((method) => !exercised.has(method)),
      [],
    );
    for (const method of ['live.started', 'live.ended', 'call.incoming', 'presence.changed']) {
      ensure(heard.has(method), `${method} was never heard`);
    }
  });

  it('answers over HTTP as described, also when it refuses', async () => {
    const http = await HttpDocument.of(castmesh.url);
    const api = new Api(castmesh.url);
    const name = nickname('http');
    const tokens = (await http.check(
      'post',
      '/api/v1/auth/register',
      await api.post('/auth/register', { nickname: name, password: 'correct horse' }),
    )) as Tokens;
    const login = await api.post('/auth/login', { nickname: name, password: 'correct horse' });
    await http.check('post', '/api/v1/auth/login', login);
    await http.check('post', '/api/v1/auth/guest', await api.post('/auth/guest', {}));
    for (const [path, token] of [
      ['/me', tokens.accessToken],
      ['/me', undefined],
      ['/ice-servers', tokens.accessToken],
      ['/lives', undefined],
      ['/videos', undefined],
    ] as const) {
      await http.check('get', `/api/v1${path}`, await api.get(path, token));
    }
    const room = await api.post('/rooms', { name: 'Monday', password: 'open' }, tokens.accessToken);
    const { roomId } = (await http.check('post', '/api/v1/rooms', room)) as { roomId: string };
    const rooms = await http.check(
      'get',
      '/api/v1/rooms',
      await api.get('/rooms', tokens.accessToken),
    );
    assert.deepEqual(
      (rooms as { items: { roomId: string }[] }).items.map((one) => one.roomId),
      [roomId],
    );
    const avatar = await fetch(castmesh.url + tokens.user.avatar);
    await http.check('get', '/api/v1/users/{id}/avatar', avatar);
    for (const [method, path] of http.operations) {
      const body = method === 'post' || method === 'patch' ? '{"title":7}' : undefined;
      const response = await fetch(castmesh.url + path.replace('{id}', 'none'), {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json' },
        ...(body ? { body } : {}),
      });
      await http.check(method, path, response);
    }
    const admin = await signedInAdmin(castmesh, nickname('describes'));
    await http.check('get', '/api/v1/me', await api.get('/me', admin.accessToken));
    for (const [method, path] of http.operations) {
      if (!path.startsWith('/api/v1/admin/')) continue;
      const door = path.slice('/api/v1'.length).replace('{id}', 'none');
      const response = await (method === 'get'
        ? api.get(door, admin.accessToken)
        : fetch(`${castmesh.url}/api/v1${door}`, {
            method: method.toUpperCase(),
            headers: {
              authorization: `Bearer ${admin.accessToken}`,
              'content-type': 'application/json',
            },
            body: '{"text":"as described","url":"ws://none","draining":true}',
          }));
      if (method === 'get') assert.equal(response.status, 200, path);
      await http.check(method, path, response);
    }
    const refreshed = (await http.check(
      'post',
      '/api/v1/auth/refresh',
      await api.post('/auth/refresh', { refreshToken: tokens.refreshToken }),
    )) as Tokens;
    const out = await api.post(
      '/auth/logout',
      { refreshToken: refreshed.refreshToken },
      refreshed.accessToken,
    );
    await http.check('post', '/api/v1/auth/logout', out);
  });
});

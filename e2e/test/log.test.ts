import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Api, nickname } from '../src/api.ts';
import { ensure } from '../src/ensure.ts';
import { eventually } from '../src/eventually.ts';
import { Rpc } from '../src/rpc.ts';
import { offer } from '../src/sdp.ts';
import { Castmesh } from '../src/server.ts';

interface Line {
  time: string;
  level: string;
  logger: string;
  message: string;
  trace?: string;
}

interface Levels {
  root: string;
  loggers: Record<string, string>;
  temporary: Record<string, { then: string; until: string }>;
}

const PASSWORD = 'a password that nobody may read';

describe('the log', () => {
  let castmesh: Castmesh;
  let api: Api;

  before(async () => {
    castmesh = await Castmesh.start({ CASTMESH_LOG_LEVEL: 'trace', CASTMESH_LOG_FORMAT: 'json' });
    api = new Api(castmesh.url);
  });

  after(() => castmesh?.close());

  function text(): string {
    return readFileSync(castmesh.logFile, 'utf8');
  }

  /** Each event on a line of its own, after what the script says. */
  function lines(): Line[] {
    const all = text().split('\n');
    const from = all.findIndex((line) => line.startsWith('{'));
    return all
      .slice(from, -1) // the last one is empty, or not complete yet
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  async function set(logger: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${castmesh.managementUrl}/log-levels/${logger}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  async function levels(): Promise<Levels> {
    return (await (await fetch(`${castmesh.managementUrl}/log-levels`)).json()) as Levels;
  }

  it('holds no token, no password and no session description, whatever is logged', async () => {
    // given everything that any library has to say
    for (const logger of Object.keys((await levels()).loggers)) {
      assert.equal((await set(logger, { level: 'trace' })).status, 200, logger);
    }
    const offers: string[] = [];
    const sdpOffer = (direction?: 'recvonly'): string => {
      offers.push(offer(direction));
      return offers.at(-1) ?? '';
    };

    // when people sign up and in, present, watch, restart, fail
    const name = nickname('quiet');
    const tokens = await api.register(name, PASSWORD);
    await api.post('/auth/login', { nickname: name, password: `${PASSWORD}, wrong` });
    const renewed = await api.post('/auth/refresh', { refreshToken: tokens.refreshToken });
    const later = (await renewed.json()) as typeof tokens;
    const ann = await Rpc.signedIn(castmesh.url, later.accessToken);
    const live = await ann.result('live.publish', { sdpOffer: sdpOffer(), title: 'quiet' });
    const guest = await api.register(nickname('guest'), PASSWORD);
    const ben = await Rpc.signedIn(castmesh.url, guest.accessToken);
    const view = { liveId: live.liveId, sdpOffer: sdpOffer('recvonly') };
    const watched = await ben.result('live.view', view);
    await ben.error('live.view', { liveId: live.liveId, sdpOffer: 'v=0\r\no=- nonsense' });
    await ben.error('media.restart', { mediaId: 'unknown', sdpOffer: sdpOffer('recvonly') });
    const candidate = 'candidate:1 1 udp 2113937151 127.0.0.1 50505 typ host';
    await ben.call('media.candidate', {
      mediaId: watched.mediaId,
      candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 },
    });
    const room = await ann.result('room.join', { password: PASSWORD });
    await ben.error('room.join', { roomId: room.roomId, password: `${PASSWORD}!` });
    await ann.result('live.stop', { liveId: live.liveId });
    await api.post('/auth/logout', { refreshToken: later.refreshToken }, later.accessToken);
    ann.close();
    ben.close();
    await eventually('the end is logged', () => {
      ensure(text().includes('session ended'), 'not yet');
    });

    // then it was much, and none of it is theirs
    const all = text();
    ensure(lines().length > 500, `${lines().length} lines`);
    const secrets = [PASSWORD, tokens, later, guest].flatMap((one) =>
      typeof one === 'string' ? [one] : [one.accessToken, one.refreshToken],
    );
    const answers = [live.sdpAnswer, watched.sdpAnswer].map(String);
    for (const sdp of [...offers, ...answers]) {
      const own = /a=ice-pwd:(\S+)/.exec(sdp)?.[1];
      const print = /a=fingerprint:\S+ (\S+)/.exec(sdp)?.[1];
      ensure(own && print, sdp);
      secrets.push(own, print);
    }
    for (const secret of secrets) {
      const at = all.indexOf(secret);
      assert.equal(at, -1, `in the log: …${all.slice(Math.max(0, at - 300), at + 40)}…`);
    }
    assert.doesNotMatch(all, /a=ice-pwd:|a=fingerprint:|v=0\\r\\n|candidate:1 1 udp/);
  });

  it('has the id of the error that a client sees', async () => {
    // given
    const { accessToken } = await api.register(nickname('lost'));
    const rpc = await Rpc.signedIn(castmesh.url, accessToken);
    // when
    const error = await rpc.error('live.view', { liveId: 'none', sdpOffer: offer('recvonly') });
    const { trace } = error.data;
    // then
    await eventually('a line with the id', () => {
      const line = lines().find((one) => one.trace === trace && one.message.startsWith('answered'));
      ensure(trace && line, `no line with ${trace}`);
      assert.match(line.message, /method=live\.view/);
    });
    rpc.close();
  });

  it('changes its levels while it runs, for a while or for good', async () => {
    // when
    const changed = await set('io.castmesh.gateway', { level: 'warn', seconds: 1 });
    // then
    assert.equal(changed.status, 200);
    const now = changed.body as Levels;
    assert.equal(now.loggers['io.castmesh.gateway'], 'warn');
    assert.equal(now.temporary['io.castmesh.gateway']?.then, 'inherit');
    await eventually('the level is given back', async () => {
      const { loggers, temporary } = await levels();
      assert.equal(loggers['io.castmesh.gateway'], undefined);
      assert.deepEqual(temporary, {});
    });
    // and for good
    assert.equal((await set('root', { level: 'info' })).status, 200);
    assert.equal((await levels()).root, 'info');
  });

  it('says what is wrong with a level that cannot be', async () => {
    const wrong: [string, unknown, number, RegExp][] = [
      ['root', { level: 'loud' }, 400, /level: must be one of/],
      ['root', { level: 'inherit' }, 400, /root inherits from nothing/],
      ['root', { level: 'info', minutes: 5 }, 400, /minutes: there is no such field/],
      ['root', { level: 'info', seconds: 0 }, 400, /seconds: must be a whole number/],
      ['root', { level: 'info', seconds: 1.5 }, 400, /seconds: must be a whole number/],
      ['root', ['debug'], 400, /send a JSON object/],
      ['io.castmesh.gatewai', { level: 'debug' }, 404, /no such logger/],
    ];
    const before = await levels();
    for (const [logger, body, status, why] of wrong) {
      const answer = await set(logger, body);
      assert.equal(answer.status, status, JSON.stringify(body));
      assert.match((answer.body as { detail: string }).detail, why);
    }
    assert.deepEqual(await levels(), before);
  });
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Emitter } from '../src/emitter.js';
import { CastmeshError } from '../src/errors.js';
import { Mesh } from '../src/rooms/mesh.js';
import type { SignalKind } from '../src/rooms/room-types.js';
import type { Room, RoomEvents } from '../src/rooms/room.js';
import { FakeStream, FakeTrack } from './fake-media.js';
import { FakeNetwork, type FakePeerConnection } from './fake-peer-connection.js';
import { until } from './test-peer.js';

/** Only tests of what gets lost wait for a connection in vain. */
const PATIENT = { connectMs: 60_000, politeMs: 30, missedMs: 20 };
const SHORT = { ...PATIENT, connectMs: 60 };

interface Signal {
  from: string;
  to: string;
  kind: SignalKind;
  payload: { sdp?: string };
}

/** Brings signals from room to room; what is lost fails for who has sent it. */
class Post {
  readonly sent: Signal[] = [];
  readonly rooms = new Map<string, FakeRoom>();
  loses: (signal: Signal) => boolean = () => false;

  bring(signal: Signal): void {
    this.sent.push(signal);
    const isAway = this.rooms.get(signal.from)?.isAway || this.loses(signal);
    if (isAway) throw CastmeshError.local('TIMEOUT', 'room.signal was not answered');
    this.rooms.get(signal.to)?.hear(signal);
  }

  count(kind: SignalKind): number {
    return this.sent.filter((one) => one.kind === kind).length;
  }
}

/** A room as its peers see it. Who is away hears afterwards what was said. */
class FakeRoom extends Emitter<RoomEvents> {
  ended: string | undefined;
  isReachable = true;
  isAway = false;
  #missed: Signal[] = [];

  constructor(
    readonly self: string,
    readonly peers: { id: string }[],
    readonly post: Post,
  ) {
    super();
    post.rooms.set(self, this);
  }

  async signal(to: string, kind: SignalKind, payload: object): Promise<void> {
    await Promise.resolve();
    const wire = JSON.parse(JSON.stringify(payload)) as Signal['payload'];
    this.post.bring({ from: this.self, to, kind, payload: wire });
  }

  hear(signal: Signal): void {
    if (this.isAway) this.#missed.push(signal);
    else setImmediate(() => this.emit('signal', signal));
  }

  async whenReachable(): Promise<void> {
    await until('the room can be reached', () => this.isReachable);
  }

  goAway(isNoticed: boolean): void {
    this.isAway = true;
    this.isReachable = !isNoticed;
  }

  comeBack(): void {
    this.isAway = false;
    this.isReachable = true;
    for (const signal of this.#missed.splice(0)) this.hear(signal);
  }
}

let network: FakeNetwork;
let post: Post;
let meshes: Mesh[];
let iceServers: RTCIceServer[];
let patience: typeof PATIENT;

beforeEach(() => {
  network = new FakeNetwork();
  network.install();
  post = new Post();
  meshes = [];
  iceServers = [];
  patience = PATIENT;
});

afterEach(() => meshes.forEach((mesh) => mesh.close()));

const camera = (...kinds: ('audio' | 'video')[]) =>
  new FakeStream(kinds.map((kind) => new FakeTrack(kind, 720)));

/** Somebody enters; the others are asked to connect. Of two, the one whose name comes first is not polite. */
function enters(self: string, others: string[] = [], local = camera('audio', 'video')) {
  const room = new FakeRoom(
    self,
    others.map((id) => ({ id })),
    post,
  );
  const before = network.peers.length;
  const mesh = new Mesh(room as unknown as Room, {
    local: local as unknown as MediaStream,
    iceServers: async () => iceServers,
    patience,
  });
  meshes.push(mesh);
  const streams = new Map<string, FakeStream>();
  mesh.on('stream', ({ peer, stream }) => streams.set(peer, stream as unknown as FakeStream));
  return { room, mesh, streams, connections: () => network.peers.slice(before) };
}

const isWell = ({ connectionState, signalingState }: FakePeerConnection) =>
  connectionState === 'connected' && signalingState === 'stable';

async function allConnected(connections = 2): Promise<void> {
  await until(`${connections} connections that are well`, () => {
    const open = network.peers.filter((peer) => !peer.isClosed);
    return open.length === connections && open.every(isWell);
  });
}

/** Sound and picture go one way each: nothing is left of an offer that was taken back. */
function assertNothingTwice(): void {
  for (const peer of network.peers.filter(({ isClosed }) => !isClosed)) {
    const kinds = peer.getTransceivers().map(({ kind }) => kind);
    assert.deepEqual(kinds, ['audio', 'video']);
  }
}

/** What the other side would see of a connection. */
function sentTo(connection: FakePeerConnection, kind: 'audio' | 'video'): FakeTrack | null {
  const far = connection.connectedTo!.getTransceivers().find((one) => one.kind === kind);
  return far?.negotiated?.startsWith('send') ? far.sender.track : null;
}

async function annAndBen() {
  const ann = enters('ann');
  const ben = enters('ben', ['ann']);
  await allConnected();
  const [bens, anns] = network.peers as [FakePeerConnection, FakePeerConnection];
  return { ann, ben, anns, bens };
}

test('who comes later offers, and each gets a stream of the other', async () => {
  // when
  const { ann, ben } = await annAndBen();
  // then
  await until('two streams', () => ann.streams.size + ben.streams.size === 2);
  assert.deepEqual(
    ann.streams
      .get('ben')
      ?.getTracks()
      .map((track) => track.kind),
    ['audio', 'video'],
  );
  assert.deepEqual([post.count('offer'), post.count('answer')], [1, 1]);
});

for (const [later, earlier, manner] of [
  ['ben', 'ann', 'polite'],
  ['ann', 'ben', 'not polite'],
] as const) {
  for (const lost of ['offer', 'answer'] as const) {
    test(`a first ${lost} that gets lost is made up for; who offers is ${manner}`, async () => {
      // given
      patience = SHORT;
      post.loses = ({ kind }) => kind === lost && post.count(lost) === 1;
      // when
      enters(earlier);
      enters(later, [earlier]);
      // then
      await allConnected();
      assertNothingTwice();
    });
  }

  test(`two first offers that cross, one of them lost, lead to a connection; first ${later}`, async () => {
    // given
    patience = SHORT;
    post.loses = ({ kind }) => kind === 'offer' && post.count('offer') === 1;
    // when
    enters(later, [earlier]);
    enters(earlier, [later]);
    // then
    await allConnected();
    assertNothingTwice();
  });
}

for (const isNoticed of [true, false]) {
  const how = isNoticed ? 'knows it' : 'does not know it yet, and offers to nobody';
  test(`who is cut off and ${how} is connected again; who is not polite`, async () => {
    // given
    if (!isNoticed) patience = SHORT;
    const { ann, anns, bens } = await annAndBen();
    // when
    ann.room.goAway(isNoticed);
    network.setCut([anns], true);
    await until('the other side offers', () => bens.signalingState === 'have-local-offer');
    if (!isNoticed) {
      await until('this side offers', () => anns.signalingState === 'have-local-offer');
    }
    network.setCut([anns], false);
    ann.room.comeBack();
    // then
    await allConnected();
  });
}

test('what was offered while one was away is answered, not crossed', async () => {
  // given
  const { ann, anns, bens } = await annAndBen();
  const states: string[] = [];
  const told = bens.onsignalingstatechange;
  bens.onsignalingstatechange = () => {
    states.push(bens.signalingState);
    told?.();
  };
  // when
  ann.room.goAway(true);
  network.setCut([anns], true);
  await until('the other side offers', () => bens.signalingState === 'have-local-offer');
  network.setCut([anns], false);
  ann.room.comeBack();
  await allConnected();
  // then nobody has taken an offer back
  assert.deepEqual(states, ['have-local-offer', 'stable']);
});

test('an answer to an offer that another one has taken the place of is not taken', async () => {
  // given the first answer comes late, when there is another offer
  patience = SHORT;
  const answers: Signal[] = [];
  post.loses = (signal) => {
    if (signal.kind === 'answer') answers.push(signal);
    const isAgain = signal.kind === 'offer' && answers.length === 1;
    if (isAgain) post.rooms.get('ann')!.hear(answers[0]!);
    return signal.kind === 'answer' && answers.length === 1;
  };
  enters('ben');
  const taken: (string | undefined)[] = [];
  // when
  enters('ann', ['ben']);
  await until('a connection', () => network.peers.length > 0);
  const [anns] = network.peers as [FakePeerConnection];
  const take = anns.setRemoteDescription.bind(anns);
  anns.setRemoteDescription = (description) => {
    if (description.type === 'answer') taken.push(description.sdp);
    return take(description);
  };
  // then
  await allConnected();
  assert.ok(taken.length > 0 && !taken.includes(answers[0]?.payload.sdp));
});

test('another way is looked for with servers whose credentials are valid then', async () => {
  // given
  const { anns } = await annAndBen();
  iceServers = [{ urls: 'turn:fresh' }];
  // when
  network.setCut([anns], true);
  network.setCut([anns], false);
  // then
  await until('the servers', () => anns.configurations.length === 2);
  await allConnected();
  assert.deepEqual(anns.configurations[1]?.iceServers, iceServers);
});

test('a mesh of a room that is over connects to nobody', async () => {
  // given
  const room = new FakeRoom('ben', [{ id: 'ann' }], post);
  room.ended = 'kicked';
  // when
  const mesh = new Mesh(room as unknown as Room, { iceServers: async () => [] });
  meshes.push(mesh);
  await new Promise((resolve) => setTimeout(resolve, 20));
  // then
  assert.deepEqual([network.peers, post.sent], [[], []]);
  await assert.rejects(mesh.replaceTrack('video', null), { name: 'CLIENT_CLOSED' });
});

test('everybody gets a track that takes the place of another, also who comes later', async () => {
  // given
  const { ann, ben, bens } = await annAndBen();
  const screen = new FakeTrack('video', 1080);
  const offers = post.count('offer');
  // when
  await ann.mesh.replaceTrack('video', screen as unknown as MediaStreamTrack);
  // then nothing is negotiated for it
  assert.equal(sentTo(bens, 'video'), screen);
  const eve = enters('eve', ['ann', 'ben']);
  await allConnected(6);
  assert.equal(post.count('offer'), offers + 2);
  const toAnn = eve.connections().find((one) => sentTo(one, 'video') === screen);
  assert.ok(toAnn, 'who comes later sees the screen');
  await assert.rejects(ben.mesh.replaceTrack('audio', screen as unknown as MediaStreamTrack), {
    name: 'INVALID_REQUEST',
  });
});

test('a track stays replaced when another way is looked for, and nothing takes its place for a while', async () => {
  // given
  const { ann, anns, bens } = await annAndBen();
  const screen = new FakeTrack('video', 1080);
  await ann.mesh.replaceTrack('video', screen as unknown as MediaStreamTrack);
  // when
  network.setCut([anns], true);
  network.setCut([anns], false);
  await until('another offer', () => post.count('offer') > 1);
  await allConnected();
  // then
  assert.equal(sentTo(bens, 'video'), screen);
  await ann.mesh.replaceTrack('video', null);
  assert.equal(sentTo(bens, 'video'), null);
  await ann.mesh.replaceTrack('video', screen as unknown as MediaStreamTrack);
  assert.equal(sentTo(bens, 'video'), screen);
});

for (const [who, other] of [
  ['ann', 'ben'],
  ['ben', 'ann'],
] as const) {
  test(`a picture that comes beside a sound is negotiated; of ${who}`, async () => {
    // given
    const ann = enters('ann', [], camera('audio'));
    const ben = enters('ben', ['ann'], camera('audio'));
    await allConnected();
    const people = { ann, ben };
    const picture = new FakeTrack('video', 720);
    // when
    await people[who].mesh.replaceTrack('video', picture as unknown as MediaStreamTrack);
    // then
    await until('the picture', () => {
      const far = people[other].streams.get(who);
      return far?.getVideoTracks().length === 1 && network.peers.every(isWell);
    });
    const [bens, anns] = network.peers as [FakePeerConnection, FakePeerConnection];
    assert.equal(sentTo(who === 'ann' ? bens : anns, 'video'), picture);
  });
}

import { Emitter } from '../emitter.js';
import { watchNetwork } from '../transport/network.js';
import { CastmeshError } from '../errors.js';
import { LocalTracks, type MediaKind } from '../media/local-tracks.js';
import { MeshLink, type MeshPatience } from './mesh-link.js';
import type { RoomPeer } from './room-types.js';
import type { Room } from './room.js';

/** What a {@link Mesh} tells; peers by their ids in the room. */
export interface MeshEvents {
  /** A peer's stream; it stays the same object while the peer is there. */
  stream: { peer: string; stream: MediaStream };
  state: { peer: string; state: RTCPeerConnectionState };
  /** A peer has left; its stream has ended. */
  gone: { peer: string };
}

/** What a {@link Mesh} is made of. */
export interface MeshOptions {
  /** Sent to every peer. */
  local?: MediaStream;
  iceServers(): Promise<RTCIceServer[]>;
  patience?: MeshPatience;
}

/**
 * Direct connections to every peer of a room.
 *
 * Whoever makes its mesh later offers; the others answer. Both sides may offer at any time (perfect
 * negotiation, W3C WebRTC section 10.7): of two offers that cross, the polite peer takes its own
 * back. A connection whose network changes, or that does not come about, is renewed by an ICE
 * restart. The mesh ends with the room; one of a room that is over connects to nobody.
 */
export class Mesh extends Emitter<MeshEvents> {
  readonly #room: Room;
  readonly #options: MeshOptions;
  readonly #local: LocalTracks;
  readonly #links = new Map<string, MeshLink>();
  readonly #offs: (() => void)[];
  #isClosed: boolean;

  constructor(room: Room, options: MeshOptions) {
    super();
    this.#room = room;
    this.#options = options;
    this.#local = new LocalTracks(options.local);
    this.#offs = [];
    this.#isClosed = room.ended !== undefined;
    if (this.#isClosed) return;
    this.#offs = [
      room.on('peerLeft', ({ peer }) => this.#drop(peer.id)),
      room.on('signal', ({ from, kind, payload }) => {
        if (kind === 'offer' || this.#links.has(from)) {
          this.#link(from, false).take(kind, payload);
        }
      }),
      // What was missed may have been an answer.
      room.on('incomplete', () => this.#renewBroken()),
      room.on('ended', () => this.close()),
      watchNetwork(() => this.#renewBroken()),
    ];
    for (const peer of room.peers) this.#link(peer.id, true);
  }

  /** The streams of those that are connected, by peer. */
  get streams(): Map<RoomPeer, MediaStream> {
    const streams = new Map<RoomPeer, MediaStream>();
    for (const peer of this.#room.peers) {
      const stream = this.#links.get(peer.id)?.stream;
      if (stream) streams.set(peer, stream);
    }
    return streams;
  }

  /**
   * Shows everybody another camera or a screen from now on, or nothing for a while (null), also
   * those who come later. Whoever opened a track stops it.
   *
   * @throws CastmeshError CLIENT_CLOSED once the mesh, or its room, is over
   */
  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    if (this.#isClosed) throw CastmeshError.local('CLIENT_CLOSED', 'The mesh is closed');
    this.#local.replace(kind, track);
    await Promise.all([...this.#links.values()].map((link) => link.replaceTrack(kind)));
  }

  /** Closes every connection; the room goes on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#offs.forEach((off) => off());
    for (const peer of [...this.#links.keys()]) this.#drop(peer);
  }

  #link(peer: string, offers: boolean): MeshLink {
    const known = this.#links.get(peer);
    if (known) return known;
    const link = new MeshLink({
      local: this.#local,
      iceServers: () => this.#options.iceServers(),
      patience: this.#options.patience,
      offers,
      // Two peers must not both be polite, nor both not.
      isPolite: this.#room.self > peer,
      send: (kind, payload, isWanted) => this.#room.signal(peer, kind, payload, isWanted),
      isReachable: () => this.#room.isReachable,
      whenReachable: () => this.#room.whenReachable(),
      stream: (stream) => this.emit('stream', { peer, stream }),
      state: (state) => this.emit('state', { peer, state }),
    });
    this.#links.set(peer, link);
    return link;
  }

  #renewBroken(): void {
    for (const link of this.#links.values()) link.renewIfBroken();
  }

  #drop(peer: string): void {
    const link = this.#links.get(peer);
    if (!link) return;
    this.#links.delete(peer);
    link.close();
    this.emit('gone', { peer });
  }
}

import { CastmeshError } from '../errors.js';

/** Sound or picture. */
export type MediaKind = 'audio' | 'video';

export const MEDIA_KINDS: readonly MediaKind[] = ['audio', 'video'];

/**
 * What this side sends: the tracks of a stream, and those that have taken their place since. Every
 * connection that is made later sends what is sent now.
 */
export class LocalTracks {
  /** What the other side is told of as one stream. */
  readonly streams: MediaStream[];
  /** The first picture: how it is encoded is negotiated, and stays. */
  readonly firstPicture: MediaStreamTrack | undefined;

  /** By kind; null where nothing is sent for now. */
  readonly #tracks = new Map<MediaKind, MediaStreamTrack | null>();
  #version = 0;

  constructor(stream: MediaStream | undefined) {
    this.streams = stream ? [stream] : [];
    this.firstPicture = stream?.getVideoTracks()[0];
    const sound = stream?.getAudioTracks()[0];
    if (sound) this.#tracks.set('audio', sound);
    if (this.firstPicture) this.#tracks.set('video', this.firstPicture);
  }

  /** Grows with every replacement. */
  get version(): number {
    return this.#version;
  }

  /** What is sent now. */
  track(kind: MediaKind): MediaStreamTrack | null {
    return this.#tracks.get(kind) ?? null;
  }

  /** Whether something of this kind is sent; whoever sends nothing for a while keeps the place. */
  sends(kind: MediaKind): boolean {
    return this.#tracks.has(kind);
  }

  /** Fails with INVALID_REQUEST when it is a track of the other kind. */
  replace(kind: MediaKind, track: MediaStreamTrack | null): void {
    if (track && track.kind !== kind) {
      throw CastmeshError.local('INVALID_REQUEST', `This is a track of ${track.kind}, not ${kind}`);
    }
    if (track || this.sends(kind)) this.#tracks.set(kind, track);
    this.#version += 1;
  }
}

/** What sends a kind in a connection; nothing where that was not negotiated. */
function senderOf(peer: RTCPeerConnection, kind: MediaKind): RTCRtpSender | undefined {
  const isSending = ({ direction, receiver }: RTCRtpTransceiver) =>
    receiver.track.kind === kind && (direction === 'sendrecv' || direction === 'sendonly');
  return peer.getTransceivers().find(isSending)?.sender;
}

/**
 * Brings a connection what is sent now.
 *
 * @returns false when what is to be sent has to be negotiated first
 */
export async function takesTrack(
  peer: RTCPeerConnection,
  local: LocalTracks,
  kind: MediaKind,
): Promise<boolean> {
  const sender = senderOf(peer, kind);
  const track = local.track(kind);
  if (!sender) return track === null;
  try {
    await sender.replaceTrack(track);
    return true;
  } catch {
    // Not as it was negotiated; or closed meanwhile.
    return peer.signalingState === 'closed';
  }
}

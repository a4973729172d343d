/** A picture that stands still is better than none, but not for ever beside a sound that plays. */
const SECOND_TRACK_PATIENCE_MS = 1_500;

/**
 * The one stream that an application shows, over however many peer connections.
 *
 * Tracks of a later connection take the place of the earlier ones when something really arrives on
 * them; until then the old connection is kept, so that a `<video>` goes on showing its last frame
 * instead of going black.
 */
export class RemoteTracks {
  readonly stream = new MediaStream();

  /** The connection whose tracks are in the stream. */
  #shown: RTCPeerConnection | undefined;
  /** The one that is to take its place, and its tracks on which nothing has arrived yet. */
  #next: { peer: RTCPeerConnection; waiting: Set<MediaStreamTrack> } | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** A track of a connection; those of the first one are shown at once. */
  add(peer: RTCPeerConnection, track: MediaStreamTrack): void {
    this.#shown ??= peer;
    if (this.#shown === peer) return this.#show(track);
    if (this.#next?.peer !== peer) {
      this.#giveUpNext();
      this.#next = { peer, waiting: new Set() };
    }
    this.#next!.waiting.add(track);
    if (track.muted) track.addEventListener('unmute', () => this.#arrived(peer, track));
    else this.#arrived(peer, track);
  }

  /** Whether a connection is still needed for what is on the screen. */
  shows(peer: RTCPeerConnection): boolean {
    return this.#shown === peer;
  }

  /** A connection has been given up; if it is the one shown, its last frame stays. */
  forget(peer: RTCPeerConnection): void {
    if (this.#next?.peer === peer) this.#giveUpNext();
  }

  /** Empties the stream and closes the connection that is shown. */
  close(): void {
    this.#giveUpNext();
    this.#shown?.close();
    this.#shown = undefined;
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
  }

  #arrived(peer: RTCPeerConnection, track: MediaStreamTrack): void {
    const next = this.#next;
    if (next?.peer !== peer || !next.waiting.delete(track)) return;
    this.#show(track);
    if (next.waiting.size === 0) this.#complete();
    // The other side may have no camera, or no microphone.
    else this.#patience ??= setTimeout(() => this.#complete(), SECOND_TRACK_PATIENCE_MS);
  }

  #complete(): void {
    const next = this.#next;
    if (!next) return;
    this.#giveUpNext();
    for (const track of next.waiting) this.#show(track);
    this.#shown?.close();
    this.#shown = next.peer;
  }

  #giveUpNext(): void {
    clearTimeout(this.#patience);
    this.#patience = this.#next = undefined;
  }

  #show(track: MediaStreamTrack): void {
    for (const old of this.stream.getTracks()) {
      if (old.kind === track.kind && old !== track) this.stream.removeTrack(old);
    }
    this.stream.addTrack(track);
  }
}

/** Where a {@link CandidateExchange} sends what it lets through. */
export interface CandidateSinks {
  /** To the server; `mediaId` is missing while the offer is still in flight. */
  send(candidate: RTCIceCandidateInit, mediaId: string | undefined): void;
  /** To the own peer connection, whose remote description is set by then. */
  apply(candidate: RTCIceCandidateInit): void;
}

/** More candidates than any machine has; a bound against a server that never stops. */
const MAX_QUEUED = 256;

/**
 * Holds ICE candidates of one offer back until the other side can use them.
 *
 * Own ones wait until the offer has been sent, so that the server knows what they belong to.
 * Foreign ones wait until the answer is applied, as a peer connection refuses them before
 * (RFC 8838 section 4: trickling starts after the description is conveyed).
 */
export class CandidateExchange {
  readonly #sinks: CandidateSinks;
  #local: RTCIceCandidateInit[] = [];
  #remote: RTCIceCandidateInit[] = [];
  #sent = false;
  #answered = false;
  #mediaId: string | undefined;

  constructor(sinks: CandidateSinks) {
    this.#sinks = sinks;
  }

  /** The own peer connection found a candidate. */
  local(candidate: RTCIceCandidateInit): void {
    // An empty one marks the end of a generation; the wire has no word for it.
    if (!candidate.candidate) return;
    if (this.#sent) this.#sinks.send(candidate, this.#mediaId);
    else if (this.#local.length < MAX_QUEUED) this.#local.push(candidate);
  }

  /** The server found a candidate. */
  remote(candidate: RTCIceCandidateInit): void {
    if (this.#answered) this.#sinks.apply(candidate);
    else if (this.#remote.length < MAX_QUEUED) this.#remote.push(candidate);
  }

  /** The offer is on its way. */
  offerSent(): void {
    this.#sent = true;
    for (const candidate of this.#local.splice(0)) this.#sinks.send(candidate, this.#mediaId);
  }

  /** The reply has come: the server has named the media session. */
  named(mediaId: string): void {
    this.#mediaId = mediaId;
  }

  /** The answer is applied. */
  answerApplied(): void {
    this.#answered = true;
    for (const candidate of this.#remote.splice(0)) this.#sinks.apply(candidate);
  }
}

import { CastmeshError, FAILURE_CODES, isFailure, isUncertain } from '../errors.js';
import { insisting, tellSurely } from '../session/rereading.js';
import type { LiveEndReason, MediaItem } from '../types.js';
import { LiveHandle, ViewHandle } from './live-handles.js';
import { LocalTracks } from './local-tracks.js';
import { DEFAULT_MAX_VIDEO_BITRATE } from './peer-factory.js';
import { PeerLink, type Answer, type LinkContext } from './peer-link.js';

/** How a live is published. */
export interface PublishOptions {
  title?: string;
  /** Whether the server keeps it for later; true unless said otherwise. */
  record?: boolean;
  /** Ceiling of the picture in bits per second; 2.5 Mbit/s unless said otherwise. */
  maxVideoBitrate?: number;
}

const OFFER_TIMEOUT_MS = 15_000;
/** Of a viewer, or of a side of a call: the server replaces what it has made for the first one. */
export const OFFER_ATTEMPTS = 3;

/**
 * Publishes a stream as a live.
 *
 * @returns when the server has answered; media connects afterwards (see {@link LiveHandle.state})
 * @throws CastmeshError ALREADY_PUBLISHING, MEDIA_UNAVAILABLE, MEDIA_FULL, INVALID_SDP
 */
export async function publish(
  context: LinkContext,
  local: MediaStream,
  { title, record = true, maxVideoBitrate = DEFAULT_MAX_VIDEO_BITRATE }: PublishOptions,
): Promise<LiveHandle> {
  const { session, hub } = context;
  await hub.ending;
  const plan = { local: new LocalTracks(local), receive: true, maxVideoBitrate, layers: true };
  const link = new PeerLink(context, plan);
  let handle: LiveHandle | undefined;
  try {
    await link.start(async (sdpOffer) => {
      const params = { sdpOffer, record, ...(title ? { title } : {}) };
      const answer = await session
        .request<Answer & { liveId: string }>('live.publish', params, OFFER_TIMEOUT_MS)
        .catch((error: unknown) => {
          if (isUncertain(error)) {
            hub.ending = Promise.allSettled([hub.ending, undoPublish(context)]);
          }
          throw error;
        });
      handle = new LiveHandle(context, link, answer.liveId, local);
      return answer;
    });
  } catch (error) {
    // The server has made the live, but its answer is of no use here.
    handle?.stop().catch(() => undefined);
    throw asFailure(error);
  }
  return handle!;
}

/**
 * Nobody knows whether the live was made before the reply was lost. One that was is ended, as the
 * next attempt would be refused with ALREADY_PUBLISHING. Never rejects.
 */
async function undoPublish({ session, hub }: LinkContext): Promise<void> {
  try {
    const list = () => session.request<{ items: MediaItem[] }>('media.list');
    const { items } = await insisting(list);
    for (const { kind, mediaId, liveId } of items) {
      if (kind !== 'presenter' || hub.knows(mediaId)) continue;
      await tellSurely(() => session.request('live.stop', { liveId }), ['LIVE_NOT_FOUND']);
    }
  } catch {
    // An older server does not say; the live ends with the session at the latest.
  }
}

/**
 * Watches a live.
 *
 * @throws CastmeshError LIVE_NOT_FOUND, MEDIA_UNAVAILABLE, MEDIA_FULL
 */
export async function view(context: LinkContext, liveId: string): Promise<ViewHandle> {
  const { session } = context;
  const plan = { receive: true, maxVideoBitrate: DEFAULT_MAX_VIDEO_BITRATE };
  const link = new PeerLink(context, plan);
  const handle = new ViewHandle(context, link, liveId);
  try {
    await link.start(
      (sdpOffer) => session.request<Answer>('live.view', { liveId, sdpOffer }, OFFER_TIMEOUT_MS),
      OFFER_ATTEMPTS,
    );
  } catch (error) {
    const { ended } = handle;
    handle.abandon(isFailure(error) && !isUncertain(error) && error.name !== 'CLIENT_CLOSED');
    throw ended ? endedEarly(ended) : asFailure(error);
  }
  if (handle.ended) throw endedEarly(handle.ended);
  return handle;
}

/** It ended while the answer was on its way. */
function endedEarly(reason: LiveEndReason): CastmeshError {
  if (reason === 'session_lost') {
    return CastmeshError.local('CONNECTION_LOST', 'The connection went before the live was there');
  }
  return new CastmeshError({
    name: 'LIVE_NOT_FOUND',
    code: FAILURE_CODES.LIVE_NOT_FOUND,
    message: 'The live is over',
    retryable: false,
  });
}

/** What the browser itself throws at an answer it does not understand becomes INVALID_SDP. */
export function asFailure(error: unknown): CastmeshError {
  if (error instanceof CastmeshError) return error;
  return new CastmeshError({
    name: 'INVALID_SDP',
    code: FAILURE_CODES.INVALID_SDP,
    message: error instanceof Error ? error.message : String(error),
    retryable: false,
  });
}

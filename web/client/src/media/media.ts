import { CastmeshError } from '../errors.js';
import { LiveHandle, ViewHandle } from './live-handles.js';
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

/**
 * Publishes a stream as a live.
 *
 * @returns when the server has answered; media connects afterwards (see {@link LiveHandle.state})
 * @throws CastmeshError ALREADY_PUBLISHING, MEDIA_UNAVAILABLE, INVALID_SDP
 */
export async function publish(
  context: LinkContext,
  local: MediaStream,
  { title, record = true, maxVideoBitrate = DEFAULT_MAX_VIDEO_BITRATE }: PublishOptions,
): Promise<LiveHandle> {
  const { session } = context;
  const link = new PeerLink(context, { local, receive: true, maxVideoBitrate });
  let liveId: string | undefined;
  try {
    await link.start(async (sdpOffer) => {
      const params = { sdpOffer, record, ...(title ? { title } : {}) };
      const answer = await session.request<Answer & { liveId: string }>(
        'live.publish',
        params,
        OFFER_TIMEOUT_MS,
      );
      liveId = answer.liveId;
      return answer;
    });
  } catch (error) {
    // The server has made the live, but its answer is of no use here.
    if (liveId) session.request('live.stop', { liveId }).catch(() => undefined);
    throw asFailure(error);
  }
  return new LiveHandle(context, link, liveId!, local);
}

/**
 * Watches a live.
 *
 * @throws CastmeshError LIVE_NOT_FOUND, MEDIA_UNAVAILABLE
 */
export async function view(context: LinkContext, liveId: string): Promise<ViewHandle> {
  const { session } = context;
  const plan = { receive: true, maxVideoBitrate: DEFAULT_MAX_VIDEO_BITRATE };
  const link = new PeerLink(context, plan);
  // It may end while the answer is on its way; nobody would tell the handle afterwards.
  let endedEarly = false;
  const off = session.events.on('live.ended', (e) => {
    if (e.liveId === liveId) endedEarly = true;
  });
  try {
    await link.start((sdpOffer) =>
      session.request<Answer>('live.view', { liveId, sdpOffer }, OFFER_TIMEOUT_MS),
    );
    if (endedEarly) throw liveIsOver();
  } catch (error) {
    link.close();
    throw asFailure(error);
  } finally {
    off();
  }
  return new ViewHandle(context, link, liveId);
}

function liveIsOver(): CastmeshError {
  return new CastmeshError({
    name: 'LIVE_NOT_FOUND',
    code: 1200,
    message: 'The live is over',
    retryable: false,
  });
}

/** What the browser itself throws at an answer it does not understand becomes INVALID_SDP. */
export function asFailure(error: unknown): CastmeshError {
  if (error instanceof CastmeshError) return error;
  return new CastmeshError({
    name: 'INVALID_SDP',
    code: 1202,
    message: error instanceof Error ? error.message : String(error),
    retryable: false,
  });
}

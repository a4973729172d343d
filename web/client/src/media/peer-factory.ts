import { MEDIA_KINDS, type LocalTracks } from './local-tracks.js';

/** What goes into a peer connection and what is wanted out of it. */
export interface PeerPlan {
  /** Sent; nothing is sent without it. */
  local?: LocalTracks;
  /** Whether the other side's sound and picture are wanted. */
  receive: boolean;
  /** Ceiling of the picture in bits per second. */
  maxVideoBitrate: number;
  /** Whether to offer smaller copies of the picture, for viewers whose line is slow. */
  layers?: boolean;
}

/** Enough for a camera at 720p30 in VP8; more brings little that an eye can see. */
export const DEFAULT_MAX_VIDEO_BITRATE = 2_500_000;
const MAX_AUDIO_BITRATE = 64_000;
const MAX_FRAMERATE = 30;

/** Smaller copies, from the smallest: Chromium wants them in this order. */
const LAYERS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
] as const;
/** Below that a quarter shows nothing. */
const LAYERED_FROM_HEIGHT = 480;

/** Makes a peer connection with one transceiver for sound and one for the picture. */
export function makePeer(plan: PeerPlan, iceServers: RTCIceServer[]): RTCPeerConnection {
  const peer = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' });
  const { local } = plan;
  for (const kind of MEDIA_KINDS) {
    if (!local?.sends(kind) && !plan.receive) continue;
    const transceiver = local?.sends(kind)
      ? peer.addTransceiver(local.track(kind) ?? kind, {
          direction: plan.receive ? 'sendrecv' : 'sendonly',
          streams: local.streams,
          sendEncodings:
            kind === 'video' ? videoEncodings(plan, local) : [{ maxBitrate: MAX_AUDIO_BITRATE }],
        })
      : peer.addTransceiver(kind, { direction: 'recvonly' });
    if (kind === 'video') preferVp8(transceiver);
  }
  return peer;
}

function videoEncodings(plan: PeerPlan, local: LocalTracks): RTCRtpEncodingParameters[] {
  const whole = { maxBitrate: plan.maxVideoBitrate, maxFramerate: MAX_FRAMERATE };
  const track = local.firstPicture ?? local.track('video');
  const { height = 0 } = track?.getSettings?.() ?? {};
  // A screen's small copy cannot be read.
  const isScreen = track?.contentHint === 'detail' || track?.contentHint === 'text';
  if (!plan.layers || isScreen || height < LAYERED_FROM_HEIGHT) return [whole];
  const smaller = LAYERS.map((layer) => ({ ...layer, maxFramerate: MAX_FRAMERATE }));
  return [...smaller, { ...whole, rid: 'f' }];
}

/**
 * VP8 is what every browser sends and what the server records without transcoding. The others stay
 * in the offer behind it.
 */
function preferVp8(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs;
  if (!codecs || typeof transceiver.setCodecPreferences !== 'function') return;
  const isVp8 = (codec: { mimeType: string }) => codec.mimeType.toLowerCase() === 'video/vp8';
  transceiver.setCodecPreferences([
    ...codecs.filter(isVp8),
    ...codecs.filter((codec) => !isVp8(codec)),
  ]);
}

/** What goes into a peer connection and what is wanted out of it. */
export interface PeerPlan {
  /** Sent; nothing is sent without it. */
  local?: MediaStream;
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
  for (const kind of ['audio', 'video'] as const) {
    const track = firstTrack(plan.local, kind);
    if (!track && !plan.receive) continue;
    const transceiver = track
      ? peer.addTransceiver(track, {
          direction: plan.receive ? 'sendrecv' : 'sendonly',
          streams: [plan.local!],
          sendEncodings:
            kind === 'video' ? videoEncodings(plan, track) : [{ maxBitrate: MAX_AUDIO_BITRATE }],
        })
      : peer.addTransceiver(kind, { direction: 'recvonly' });
    if (kind === 'video') preferVp8(transceiver);
  }
  return peer;
}

function videoEncodings(plan: PeerPlan, track: MediaStreamTrack): RTCRtpEncodingParameters[] {
  const whole = { maxBitrate: plan.maxVideoBitrate, maxFramerate: MAX_FRAMERATE };
  const { height = 0 } = track.getSettings?.() ?? {};
  // A screen's small copy cannot be read.
  const isScreen = track.contentHint === 'detail' || track.contentHint === 'text';
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

function firstTrack(
  stream: MediaStream | undefined,
  kind: 'audio' | 'video',
): MediaStreamTrack | undefined {
  return (kind === 'audio' ? stream?.getAudioTracks() : stream?.getVideoTracks())?.[0];
}

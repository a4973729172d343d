/** What goes into a peer connection and what is wanted out of it. */
export interface PeerPlan {
  /** Sent; nothing is sent without it. */
  local?: MediaStream;
  /** Whether the other side's sound and picture are wanted. */
  receive: boolean;
  /** Ceiling of the picture in bits per second. */
  maxVideoBitrate: number;
}

/** Enough for a camera at 720p30 in VP8; more brings little that an eye can see. */
export const DEFAULT_MAX_VIDEO_BITRATE = 2_500_000;
const MAX_AUDIO_BITRATE = 64_000;
const MAX_FRAMERATE = 30;

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
          sendEncodings: [
            kind === 'video'
              ? { maxBitrate: plan.maxVideoBitrate, maxFramerate: MAX_FRAMERATE }
              : { maxBitrate: MAX_AUDIO_BITRATE },
          ],
        })
      : peer.addTransceiver(kind, { direction: 'recvonly' });
    if (kind === 'video') preferVp8(transceiver);
  }
  return peer;
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

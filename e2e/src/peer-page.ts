/** What a peer connection of a page is to do. */
export interface PeerWishes {
  sends: boolean;
  receives: boolean;
  audio?: boolean;
  /** The only codec to offer, such as `video/VP9`. */
  codec?: string;
  /** A codec not to offer. */
  without?: string;
  width?: number;
  height?: number;
  maxBitrate?: number;
  /** Three layers by RID. */
  simulcast?: boolean;
}

/** Cumulative, of video. */
export interface Seen {
  codec: string;
  width: number;
  height: number;
  framesDecoded: number;
  freezeCount: number;
  freezeSeconds: number;
  bytes: number;
  packetsLost: number;
  nacks: number;
  keyFrames: number;
  /** From `setRemoteDescription`; 0 before it. */
  firstFrameMs: number;
  /** The same from the moment at which the connection was there; 0 before. */
  shownMs: number;
  /** How long frames waited before they were decoded, altogether. */
  waitedSeconds: number;
  framesDropped: number;
  /** Of what is sent: wishes for a keyframe. */
  keyFramesAsked: number;
  /** Of received sound: seconds, and those of them that were made up. */
  audioSeconds: number;
  concealedSeconds: number;
  /** What is sent: kilobits that are thought to be possible, and layers that flow. */
  availableKilobits: number;
  layers: string[];
}

interface Peers {
  offer(id: string, wishes: PeerWishes): Promise<string>;
  answer(id: string, sdp: string): Promise<void>;
  candidate(id: string, candidate: RTCIceCandidateInit): Promise<void>;
  resize(id: string, width: number, height: number): Promise<void>;
  seen(id: string): Promise<Seen>;
  close(id: string): void;
}

declare global {
  interface Window {
    peers: Peers;
  }
}

/** Runs inside of a page, so it may use nothing from outside. */
export function installPeers(): void {
  interface Peer {
    connection: RTCPeerConnection;
    video: HTMLVideoElement;
    stream: MediaStream | undefined;
    answeredAt: number;
    connectedAt: number;
    firstFrameMs: number;
  }

  const all = new Map<string, Peer>();
  const find = (id: string): Peer => {
    const peer = all.get(id);
    if (!peer) throw new Error(`no peer ${id}`);
    return peer;
  };

  function prefer(connection: RTCPeerConnection, { codec, without }: PeerWishes): void {
    if (!codec && !without) return;
    for (const transceiver of connection.getTransceivers()) {
      if (transceiver.receiver.track.kind !== 'video') continue;
      const known = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
      const wanted = known.filter(({ mimeType }) =>
        codec ? mimeType === codec || mimeType.endsWith('/rtx') : mimeType !== without,
      );
      transceiver.setCodecPreferences(wanted);
    }
  }

  window.peers = {
    async offer(id, wishes) {
      const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
      const video = document.createElement('video');
      video.muted = true;
      video.autoplay = true;
      const times = { answeredAt: 0, connectedAt: 0, firstFrameMs: 0 };
      const peer: Peer = { connection, video, stream: undefined, ...times };
      connection.addEventListener('connectionstatechange', () => {
        if (connection.connectionState === 'connected') peer.connectedAt ||= performance.now();
      });
      all.set(id, peer);
      if (wishes.receives) {
        video.srcObject = new MediaStream();
        document.body.append(video);
        connection.ontrack = ({ track }) => (video.srcObject as MediaStream).addTrack(track);
        video.requestVideoFrameCallback(() => {
          peer.firstFrameMs = performance.now() - peer.answeredAt;
        });
      }
      const direction = wishes.sends ? (wishes.receives ? 'sendrecv' : 'sendonly') : 'recvonly';
      if (wishes.sends) {
        const { width = 640, height = 360 } = wishes;
        peer.stream = await navigator.mediaDevices.getUserMedia({
          audio: wishes.audio ?? true,
          video: { width, height, frameRate: 30 },
        });
        for (const track of peer.stream.getTracks()) {
          const encoding = wishes.maxBitrate ? { maxBitrate: wishes.maxBitrate } : {};
          const layers = [
            { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
            { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
            { rid: 'f', ...encoding },
          ];
          const simulcast = wishes.simulcast && track.kind === 'video';
          connection.addTransceiver(track, {
            direction,
            streams: [peer.stream],
            sendEncodings: simulcast ? layers : track.kind === 'video' ? [encoding] : [],
          });
        }
      } else {
        if (wishes.audio ?? true) connection.addTransceiver('audio', { direction });
        connection.addTransceiver('video', { direction });
      }
      prefer(connection, wishes);
      await connection.setLocalDescription(await connection.createOffer());
      // Without candidates: the server is to answer to where the checks come from.
      return connection.localDescription?.sdp.replace(/a=candidate:.*\r\n/g, '') ?? '';
    },

    async answer(id, sdp) {
      const peer = find(id);
      peer.answeredAt = performance.now();
      await peer.connection.setRemoteDescription({ type: 'answer', sdp });
    },

    candidate: (id, candidate) => find(id).connection.addIceCandidate(candidate),

    async resize(id, width, height) {
      const [track] = find(id).stream?.getVideoTracks() ?? [];
      await track?.applyConstraints({ width, height });
    },

    async seen(id) {
      const { connection, firstFrameMs, answeredAt, connectedAt } = find(id);
      const seen: Seen = {
        codec: '',
        width: 0,
        height: 0,
        framesDecoded: 0,
        freezeCount: 0,
        freezeSeconds: 0,
        bytes: 0,
        packetsLost: 0,
        nacks: 0,
        keyFrames: 0,
        firstFrameMs,
        shownMs: firstFrameMs && connectedAt ? answeredAt + firstFrameMs - connectedAt : 0,
        waitedSeconds: 0,
        framesDropped: 0,
        keyFramesAsked: 0,
        audioSeconds: 0,
        concealedSeconds: 0,
        availableKilobits: 0,
        layers: [],
      };
      const reports = await connection.getStats();
      const codecs = new Map<string, string>();
      reports.forEach((report) => {
        if (report.type === 'codec') codecs.set(report.id, report.mimeType);
      });
      reports.forEach((report) => {
        if (report.type === 'inbound-rtp' && report.kind === 'video') {
          seen.codec = codecs.get(report.codecId) ?? '';
          seen.width = report.frameWidth ?? 0;
          seen.height = report.frameHeight ?? 0;
          seen.framesDecoded = report.framesDecoded;
          seen.freezeCount = report.freezeCount;
          seen.freezeSeconds = report.totalFreezesDuration;
          seen.bytes = report.bytesReceived;
          seen.packetsLost = report.packetsLost;
          seen.nacks = report.nackCount;
          seen.keyFrames = report.keyFramesDecoded;
          seen.waitedSeconds = report.jitterBufferDelay ?? 0;
          seen.framesDropped = report.framesDropped ?? 0;
        } else if (report.type === 'inbound-rtp') {
          seen.audioSeconds = report.totalSamplesDuration ?? 0;
          const share = (report.concealedSamples ?? 0) / (report.totalSamplesReceived || 1);
          seen.concealedSeconds = share * seen.audioSeconds;
        } else if (report.type === 'candidate-pair' && report.nominated) {
          seen.availableKilobits = Math.round((report.availableOutgoingBitrate ?? 0) / 1_000);
        } else if (report.type === 'outbound-rtp' && report.kind === 'video') {
          seen.codec ||= codecs.get(report.codecId) ?? '';
          seen.keyFramesAsked += (report.pliCount ?? 0) + (report.firCount ?? 0);
          const fps = report.framesPerSecond ?? 0;
          seen.layers.push(`${report.rid ?? ''} ${report.frameWidth}x${report.frameHeight} ${fps}`);
        }
      });
      return seen;
    },

    close(id) {
      const { connection, video, stream } = find(id);
      connection.close();
      stream?.getTracks().forEach((track) => track.stop());
      video.remove();
      all.delete(id);
    },
  };
}

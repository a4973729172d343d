/** What one round took. */
export interface Figures {
  answerMs: number;
  firstFrameMs: number;
}

export interface Flow {
  width: number;
  height: number;
  framesPerSecond: number;
  kilobits: number;
  lost: number;
  /** Of sound and pictures, to all viewers together. */
  packetsPerSecond: number;
}

interface Lab {
  publishOnce(): Promise<Figures>;
  publish(): Promise<string>;
  viewOnce(liveId: string): Promise<Figures>;
  view(liveId: string): Promise<void>;
  received(): Promise<Flow>;
}

declare global {
  interface Window {
    lab: Lab;
  }
}

/**
 * Runs inside of a page, so it may use nothing from outside: a client of the raw protocol, with
 * nothing between the clock and the wire.
 */
export async function installLab(token: string): Promise<void> {
  interface Message {
    id?: number;
    method?: string;
    result?: Record<string, string>;
    error?: unknown;
    params?: { mediaId: string; candidate: RTCIceCandidateInit };
  }

  interface Peer {
    connection: RTCPeerConnection;
    video: HTMLVideoElement;
    liveId: string;
    figures: Figures;
  }

  /** A socket with a session of its own: castmesh takes each for another viewer. */
  interface Session {
    call(method: string, params: object): Promise<Record<string, string>>;
    notify(method: string, params: object): void;
    /** Adds the server's candidates from now on, and those that came early. */
    adopt(mediaId: string, peer: RTCPeerConnection): void;
  }

  async function connect(): Promise<Session> {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`);
    await new Promise((resolve) => (socket.onopen = resolve));
    const waiting = new Map<number, (message: Message) => void>();
    const peers = new Map<string, RTCPeerConnection>();
    const early = new Map<string, RTCIceCandidateInit[]>();
    let next = 1;

    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== undefined) {
        waiting.get(message.id)?.(message);
        waiting.delete(message.id);
      } else if (message.method === 'media.candidate' && message.params) {
        const { mediaId, candidate } = message.params;
        const peer = peers.get(mediaId);
        if (peer) void peer.addIceCandidate(candidate).catch(() => undefined);
        else early.set(mediaId, [...(early.get(mediaId) ?? []), candidate]);
      }
    };

    const call = (method: string, params: object): Promise<Record<string, string>> =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, ({ result, error }) =>
          result ? resolve(result) : reject(new Error(`${method}: ${JSON.stringify(error)}`)),
        );
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      });

    await call('session.authenticate', { token });
    setInterval(() => void call('session.ping', {}), 10_000);
    return {
      call,
      notify: (method, params) => socket.send(JSON.stringify({ jsonrpc: '2.0', method, params })),
      adopt(mediaId, peer) {
        peers.set(mediaId, peer);
        for (const candidate of early.get(mediaId) ?? []) {
          void peer.addIceCandidate(candidate).catch(() => undefined);
        }
      },
    };
  }

  const own = await connect();
  const camera = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 1280, height: 720, frameRate: 30 },
  });

  async function open(
    session: Session,
    method: string,
    params: object,
    sends: boolean,
  ): Promise<Peer> {
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    if (sends) camera.getTracks().forEach((track) => connection.addTrack(track, camera));
    else
      for (const kind of ['audio', 'video'])
        connection.addTransceiver(kind, { direction: 'recvonly' });
    const video = document.createElement('video');
    video.muted = true;
    video.autoplay = true;
    video.srcObject = new MediaStream();
    document.body.append(video);
    connection.ontrack = ({ track }) => (video.srcObject as MediaStream).addTrack(track);
    let mediaId: string | undefined;
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      const what = { ...(mediaId ? { mediaId } : {}), candidate: candidate.toJSON() };
      session.notify('media.candidate', what);
    };
    await connection.setLocalDescription(await connection.createOffer());
    const begin = performance.now();
    const firstFrame = new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error('no frame after 15 s')), 15_000);
      video.requestVideoFrameCallback(() => resolve(performance.now() - begin));
    });
    const answer = await session.call(method, {
      ...params,
      sdpOffer: connection.localDescription?.sdp,
    });
    const answerMs = performance.now() - begin;
    mediaId = answer.mediaId ?? '';
    await connection.setRemoteDescription({ type: 'answer', sdp: answer.sdpAnswer ?? '' });
    session.adopt(mediaId, connection);
    const figures = { answerMs, firstFrameMs: await firstFrame };
    return { connection, video, liveId: answer.liveId ?? '', figures };
  }

  function close({ connection, video }: Peer): void {
    connection.close();
    video.remove();
  }

  const kept: Peer[] = [];
  window.lab = {
    async publishOnce() {
      const peer = await open(own, 'live.publish', { title: 'lab', record: false }, true);
      await own.call('live.stop', { liveId: peer.liveId });
      close(peer);
      return peer.figures;
    },
    async publish() {
      const peer = await open(own, 'live.publish', { title: 'lab' }, true);
      kept.push(peer);
      return peer.liveId;
    },
    async viewOnce(liveId) {
      const peer = await open(own, 'live.view', { liveId }, false);
      await own.call('live.leave', { liveId });
      close(peer);
      return peer.figures;
    },
    async view(liveId) {
      kept.push(await open(await connect(), 'live.view', { liveId }, false));
    },
    async received() {
      const read = async (): Promise<{
        bytes: number;
        lost: number;
        frames: number;
        packets: number;
      }> => {
        const sum = { bytes: 0, lost: 0, frames: 0, packets: 0 };
        for (const { connection } of kept) {
          (await connection.getStats()).forEach((report) => {
            if (report.type !== 'inbound-rtp') return;
            sum.packets += report.packetsReceived;
            if (report.kind !== 'video') return;
            sum.bytes += report.bytesReceived;
            sum.lost += report.packetsLost;
            sum.frames += report.framesDecoded ?? 0;
          });
        }
        return sum;
      };
      const before = await read();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const after = await read();
      const { video } = kept[0] as Peer;
      return {
        width: video.videoWidth,
        height: video.videoHeight,
        framesPerSecond: Math.round((after.frames - before.frames) / 5 / kept.length),
        kilobits: ((after.bytes - before.bytes) * 8) / 5_000 / kept.length,
        lost: after.lost - before.lost,
        packetsPerSecond: Math.round((after.packets - before.packets) / 5),
      };
    },
  };
}

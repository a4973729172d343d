/** Figures of one direction of a picture with its sound. */
export interface DirectionStats {
  /** Sound and picture together since the last reading, in kbit/s. */
  bitrateKbps: number;
  width: number;
  height: number;
  framesPerSecond: number;
  /** Share of packets that got lost since the last reading, in percent. */
  lossPercent: number;
  /** Such as `VP8`. */
  codec: string | undefined;
}

/** Figures of what is sent. */
export interface SentStats extends DirectionStats {
  /** Why the encoder gives less than it was asked for; undefined when it gives everything. */
  limitedBy: 'cpu' | 'bandwidth' | 'other' | undefined;
  /** What the way to the server is estimated to carry, in kbit/s. */
  availableKbps: number | undefined;
}

/** Figures of what arrives. */
export interface ReceivedStats extends DirectionStats {
  jitterMs: number;
  framesDecoded: number;
  framesDropped: number;
}

/** A reading of a connection's figures. */
export interface MediaStats {
  /** Present when something is sent. */
  sent?: SentStats;
  /** Present when something arrives. */
  received?: ReceivedStats;
  roundTripMs: number | undefined;
}

interface Counters {
  bytes: number;
  packets: number;
  lost: number;
}

type Row = Record<string, unknown>;
type Direction = 'outbound-rtp' | 'inbound-rtp';

/** Turns the growing counters of `RTCPeerConnection.getStats` into rates since the last reading. */
export class StatsReader {
  readonly #before = new Map<Direction, Counters>();
  #at: number | undefined;

  /** Reads a connection; without one everything is missing. */
  async read(peer: Pick<RTCPeerConnection, 'getStats'> | undefined): Promise<MediaStats> {
    if (!peer) return { roundTripMs: undefined };
    const rows = new Map<string, Row>();
    (await peer.getStats()).forEach((row: Row, id: string) => rows.set(id, row));
    const now = Date.now();
    const seconds = this.#at === undefined ? 0 : (now - this.#at) / 1_000;
    this.#at = now;
    const all = [...rows.values()];
    const outbound = this.#direction('outbound-rtp', all, rows, seconds);
    const inbound = this.#direction('inbound-rtp', all, rows, seconds);
    const pair = all.find(isSelectedPair);
    const stats: MediaStats = { roundTripMs: scaled(pair?.currentRoundTripTime, 1_000) };
    if (outbound) {
      stats.sent = {
        ...outbound,
        limitedBy: limitation(videoOf('outbound-rtp', all)),
        availableKbps: scaled(pair?.availableOutgoingBitrate, 0.001),
      };
    }
    if (inbound) {
      const video = videoOf('inbound-rtp', all);
      stats.received = {
        ...inbound,
        jitterMs: Math.round(number(video?.jitter) * 1_000),
        framesDecoded: number(video?.framesDecoded),
        framesDropped: number(video?.framesDropped),
      };
    }
    return stats;
  }

  #direction(
    type: Direction,
    all: Row[],
    rows: Map<string, Row>,
    seconds: number,
  ): DirectionStats | undefined {
    const streams = all.filter((row) => row.type === type);
    const video = videoOf(type, all);
    const isSent = type === 'outbound-rtp';
    const counters: Counters = {
      bytes: sum(streams, isSent ? 'bytesSent' : 'bytesReceived'),
      packets: sum(streams, isSent ? 'packetsSent' : 'packetsReceived'),
      // What we sent and never arrived, only the other side can count.
      lost: isSent
        ? sum(
            all.filter((row) => row.type === 'remote-inbound-rtp'),
            'packetsLost',
          )
        : sum(streams, 'packetsLost'),
    };
    const before = this.#before.get(type);
    this.#before.set(type, counters);
    if (counters.packets === 0) return undefined;
    const bytes = before ? counters.bytes - before.bytes : 0;
    const packets = before ? counters.packets - before.packets : 0;
    const lost = before ? Math.max(0, counters.lost - before.lost) : 0;
    const total = isSent ? packets : packets + lost;
    return {
      bitrateKbps: seconds > 0 ? Math.round((bytes * 8) / 1_000 / seconds) : 0,
      width: number(video?.frameWidth),
      height: number(video?.frameHeight),
      framesPerSecond: Math.round(number(video?.framesPerSecond)),
      lossPercent: total > 0 ? Math.min(100, Math.round((lost / total) * 1_000) / 10) : 0,
      codec: codecName(rows.get(String(video?.codecId))),
    };
  }
}

function videoOf(type: Direction, all: Row[]): Row | undefined {
  return all.find((row) => row.type === type && row.kind === 'video');
}

function isSelectedPair(row: Row): boolean {
  return row.type === 'candidate-pair' && row.nominated === true && row.state === 'succeeded';
}

function limitation(video: Row | undefined): SentStats['limitedBy'] {
  const reason = video?.qualityLimitationReason;
  return reason === 'cpu' || reason === 'bandwidth' || reason === 'other' ? reason : undefined;
}

function scaled(value: unknown, factor: number): number | undefined {
  return typeof value === 'number' ? Math.round(value * factor) : undefined;
}

function codecName(codec: Row | undefined): string | undefined {
  return typeof codec?.mimeType === 'string' ? codec.mimeType.split('/')[1] : undefined;
}

function sum(rows: Row[], member: string): number {
  return rows.reduce((total, row) => total + number(row[member]), 0);
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Video } from './api.ts';
import { remove, temporaryFolder } from './machine.ts';

export interface Track {
  kind: 'audio' | 'video';
  codec: string;
  packets: number;
  /** Of the first packet, in seconds. */
  start: number;
  /** Seconds from the first to the end of the last packet. */
  length: number;
}

export interface Probe {
  /** Seconds, as the file itself says. */
  duration: number;
  tracks: Track[];
}

interface Packets {
  format: { duration?: string };
  streams: { index: number; codec_type: string; codec_name: string }[];
  packets: { stream_index: number; pts_time?: string; duration_time?: string }[];
}

/** What ffprobe finds in a recording as a client downloads it. */
export async function probe(base: string, video: Video): Promise<Probe> {
  const response = await fetch(base + video.contentUrl);
  if (!response.ok) throw new Error(`${video.contentUrl}: ${response.status}`);
  const folder = temporaryFolder();
  try {
    const file = join(folder, 'recording.webm');
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    return probeFile(file);
  } finally {
    remove(folder);
  }
}

export function probeFile(file: string): Probe {
  const entries = [
    'format=duration',
    'stream=index,codec_type,codec_name',
    'packet=stream_index,pts_time,duration_time',
  ].join(':');
  const output = execFileSync(
    'ffprobe',
    ['-v', 'error', '-of', 'json', '-show_entries', entries, file],
    { encoding: 'utf8', maxBuffer: 256 << 20 },
  );
  const { format, streams, packets } = JSON.parse(output) as Packets;
  return {
    duration: Number(format.duration),
    tracks: streams.map((stream) => {
      const own = packets.filter((packet) => packet.stream_index === stream.index);
      const last = own.at(-1);
      // One by one: an hour has more packets than a call may have arguments.
      let [begin, end] = [Infinity, -Infinity];
      for (const { pts_time } of own) {
        begin = Math.min(begin, Number(pts_time));
        end = Math.max(end, Number(pts_time));
      }
      return {
        kind: stream.codec_type as Track['kind'],
        codec: stream.codec_name,
        packets: own.length,
        start: begin,
        length: end - begin + Number(last?.duration_time ?? 0),
      };
    }),
  };
}

/** Decodes everything; what the decoder complains about comes back as lines. */
export function decodingErrors(file: string): string {
  return execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

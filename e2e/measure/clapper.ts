import { execFileSync } from 'node:child_process';

/** Seconds between two claps, and how long one lasts. */
const EVERY = 5;
const LENGTH = 0.3;
const LOUD_DB = -35;
const BRIGHT = 128;

/**
 * Runs in a page, so it may use nothing from outside: its camera flashes and its microphone beeps
 * at the same moments, every five seconds of the sound's own clock.
 */
export function installClapper(): void {
  const { mediaDevices } = navigator;
  mediaDevices.getUserMedia = async (wanted) => {
    const { width = 640, height = 360 } = (wanted?.video ?? {}) as Record<string, number>;
    const sound = new AudioContext();
    await sound.resume();
    const tone = new OscillatorNode(sound, { frequency: 1_000 });
    const volume = new GainNode(sound, { gain: 0 });
    const output = sound.createMediaStreamDestination();
    tone.connect(volume).connect(output);
    tone.start();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('nothing to paint on');
    let next = Math.ceil(sound.currentTime / 5 + 1) * 5;
    const beat = setInterval(() => {
      const now = sound.currentTime;
      if (now > next - 1) {
        volume.gain.setValueAtTime(0.5, next);
        volume.gain.setValueAtTime(0, next + 0.3);
        next += 5;
      }
      context.fillStyle = now >= 5 && now % 5 < 0.3 ? '#fff' : '#123';
      context.fillRect(0, 0, width, height);
      context.fillStyle = '#456';
      context.fillRect(((now * width) / 2) % width, height / 2, width / 8, height / 8);
    }, 20);
    const stream = canvas.captureStream(30);
    for (const track of output.stream.getTracks()) stream.addTrack(track);
    const [video] = stream.getVideoTracks();
    const stop = video?.stop.bind(video);
    if (video && stop) {
      video.stop = () => {
        clearInterval(beat);
        void sound.close();
        stop();
      };
    }
    return stream;
  };
}

/** A clap of a recording. */
export interface Clap {
  /** Seconds into the file, of the flash. */
  at: number;
  /** How much later the beep is, in milliseconds. */
  soundLateMs: number;
}

function ffmpeg(...options: string[]): string {
  return execFileSync('ffmpeg', ['-hide_banner', '-nostats', ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
  });
}

function flashes(file: string): number[] {
  const filter = 'scale=32:18,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';
  const text = ffmpeg('-v', 'error', '-i', file, '-an', '-vf', filter, '-f', 'null', '-');
  const found: number[] = [];
  let bright = true;
  for (const [, time, level] of text.matchAll(/pts_time:([\d.]+)\s+\S*YAVG=([\d.]+)/g)) {
    const now = Number(level) > BRIGHT;
    if (now && !bright) found.push(Number(time));
    bright = now;
  }
  return found;
}

function beeps(file: string): number[] {
  const filter = `silencedetect=n=${LOUD_DB}dB:d=1,ametadata=print:key=lavfi.silence_end:file=-`;
  const text = ffmpeg('-v', 'error', '-i', file, '-vn', '-af', filter, '-f', 'null', '-');
  return [...text.matchAll(/silence_end=([\d.]+)/g)].map(([, time]) => Number(time));
}

/** The claps of a recording; those of which half is missing are left out. */
export function claps(file: string): Clap[] {
  const heard = beeps(file);
  return flashes(file).flatMap((at) => {
    const beep = heard.find((time) => Math.abs(time - at) < EVERY / 2 - LENGTH);
    return beep === undefined ? [] : [{ at, soundLateMs: (beep - at) * 1_000 }];
  });
}

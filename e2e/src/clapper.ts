import { execFileSync } from 'node:child_process';

/** Seconds: a flash and a beep of the same clap are nearer to each other. */
const NEAR = 1.7;
const LOUD_DB = -35;
const BRIGHT = 128;

/**
 * Runs in a page, so it may use nothing from outside: its camera flashes and its microphone beeps
 * at the same moments for 0.3 s, every four to six seconds of the sound's own clock. The distances
 * change, so that sound that is one clap behind is not taken for sound in step.
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
    const claps = [Math.ceil(sound.currentTime + 5)];
    const beat = setInterval(() => {
      const now = sound.currentTime;
      const next = claps.at(-1) ?? 0;
      if (now > next - 1) {
        volume.gain.setValueAtTime(0.5, next);
        volume.gain.setValueAtTime(0, next + 0.3);
        claps.push(next + 4 + ((claps.length * 7) % 5) / 2);
      }
      const lit = claps.slice(-3).some((clap) => now >= clap && now < clap + 0.3);
      context.fillStyle = lit ? '#fff' : '#123';
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

/** When a player saw flashes and heard beeps, in seconds of its own. */
export interface Played {
  flashes: number[];
  beeps: number[];
}

/** Runs in a page: plays a recording to its end, and looks and listens as people do. */
export async function playClaps(url: string): Promise<Played> {
  const video = document.createElement('video');
  const sound = new AudioContext();
  const ear = new AnalyserNode(sound, { fftSize: 512 });
  sound.createMediaElementSource(video).connect(ear).connect(sound.destination);
  const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
  const eye = canvas.getContext('2d', { willReadFrequently: true });
  if (!eye) throw new Error('nothing to look at');
  const wave = new Float32Array(ear.fftSize);
  const flashes: number[] = [];
  const beeps: number[] = [];
  let bright = true;
  let heardAt = performance.now();
  const look = setInterval(() => {
    const now = performance.now();
    eye.drawImage(video, 0, 0, 16, 9);
    const pixels = eye.getImageData(0, 0, 16, 9).data;
    const shines = pixels.reduce((sum, one) => sum + one, 0) / pixels.length > 200;
    if (shines && !bright) flashes.push(now / 1_000);
    bright = shines;
    ear.getFloatTimeDomainData(wave);
    if (wave.some((level) => Math.abs(level) > 0.1)) {
      if (now - heardAt > 1_000) beeps.push(now / 1_000);
      heardAt = now;
    }
  }, 10);
  try {
    video.src = url;
    await video.play();
    await new Promise((resolve, reject) => {
      video.onended = resolve;
      video.onerror = () => reject(new Error(video.error?.message));
    });
    return { flashes, beeps };
  } finally {
    clearInterval(look);
    await sound.close();
  }
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

/**
 * How a player gets at the time of the sound: from each packet, or by counting what it has played
 * since the first one, as Chromium does.
 */
export type Hearing = 'by packets' | 'by counting';

function beeps(file: string, hearing: Hearing, begin: number): number[] {
  const counted = hearing === 'by counting' ? `asetpts=N/SR/TB+${begin}/TB,` : '';
  const silence = `silencedetect=n=${LOUD_DB}dB:d=1,ametadata=print:key=lavfi.silence_end:file=-`;
  const options = ['-v', 'error', '-i', file, '-vn', '-af', counted + silence];
  const text = ffmpeg(...options, '-f', 'null', '-');
  return [...text.matchAll(/silence_end=([\d.]+)/g)].map(([, time]) => Number(time));
}

/**
 * The claps of a recording.
 *
 * @param begin of its sound, in seconds
 * @returns those that were seen and heard, and how many were seen in all
 */
export function claps(
  file: string,
  hearing: Hearing,
  begin: number,
): { found: Clap[]; seen: number } {
  const heard = beeps(file, hearing, begin);
  const seen = flashes(file);
  const found = seen.flatMap((at) => {
    const beep = heard.find((time) => Math.abs(time - at) < NEAR);
    return beep === undefined ? [] : [{ at, soundLateMs: (beep - at) * 1_000 }];
  });
  return { found, seen: seen.length };
}

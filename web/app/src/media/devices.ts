import { openCamera, type CameraOptions } from '@castmesh/client';

/** What a device gives. */
export type Kind = 'audio' | 'video';

/** Why a device gives nothing; each has a sentence for either kind. */
export type DeviceProblem = 'denied' | 'noDevice' | 'inUse' | 'insecure' | 'lost';

/** What is missing, and why. */
export type Problems = Partial<Record<Kind, DeviceProblem>>;

/** A stream, and what it could not be given. */
export interface Opened {
  stream: MediaStream;
  problems: Problems;
}

/**
 * Opens camera and microphone; where they cannot be had together, each that can be had alone. The
 * stream may be empty.
 */
export async function openWhatThereIs(options: CameraOptions = {}): Promise<Opened> {
  const wanted = (['audio', 'video'] as const).filter((kind) => options[kind] !== false);
  const stream = new MediaStream();
  if (!navigator.mediaDevices) return { stream, problems: problemsOf(wanted, 'insecure') };
  try {
    return { stream: await openCamera(options), problems: {} };
  } catch (error) {
    if (wanted.length === 1) return { stream, problems: problemsOf(wanted, problemOf(error)) };
  }
  const problems: Problems = {};
  for (const kind of wanted) {
    try {
      const alone = await openCamera({ ...options, [kind === 'audio' ? 'video' : 'audio']: false });
      for (const track of alone.getTracks()) stream.addTrack(track);
    } catch (error) {
      problems[kind] = problemOf(error);
    }
  }
  return { stream, problems };
}

/** What the browser means by an error of `getUserMedia`. */
export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'noDevice';
  if (name === 'NotReadableError' || name === 'AbortError') return 'inUse';
  return 'denied';
}

function problemsOf(kinds: readonly Kind[], problem: DeviceProblem): Problems {
  return Object.fromEntries(kinds.map((kind) => [kind, problem]));
}

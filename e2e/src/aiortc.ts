import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensure } from './ensure.ts';
import { eventually } from './eventually.ts';
import { root } from './machine.ts';

/** What came out of its decoders. */
interface Decoded {
  frames: number;
  /** Of sound that was not silence. */
  samples: number;
  /** Between the darkest and the brightest spot of the last picture: 0 to 255. */
  contrast: number;
}

const SEEN_MS = 15_000;

/** A peer that is no browser: aiortc, in a process of its own. */
export class Aiortc {
  readonly offer: string;
  readonly #process: ChildProcess;
  #decoded: Decoded = { frames: 0, samples: 0, contrast: 0 };

  private constructor(child: ChildProcess, offer: string) {
    this.#process = child;
    this.offer = offer;
  }

  /** @param role presents a moving bar and a tone, or watches */
  static async start(role: 'present' | 'watch'): Promise<Aiortc> {
    // Debian's own, for which Debian has aiortc.
    const child = spawn('/usr/bin/python3', [join(root, 'e2e', 'src', 'aiortc_peer.py'), role], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line', { signal: AbortSignal.timeout(SEEN_MS) })) as [
      string,
    ];
    const peer = new Aiortc(child, (JSON.parse(first) as { sdp: string }).sdp);
    lines.on('line', (line) => (peer.#decoded = JSON.parse(line) as Decoded));
    return peer;
  }

  answer(sdp: string): void {
    this.#process.stdin?.write(`${JSON.stringify({ sdp })}\n`);
  }

  /** Waits until it has seen moving pictures, not of one colour, and heard something. */
  async seesAndHears(): Promise<void> {
    const before = this.#decoded.frames;
    await eventually(
      'aiortc sees and hears',
      () => {
        const { frames, samples, contrast } = this.#decoded;
        ensure(frames > before + 5 && samples > 0 && contrast > 50, JSON.stringify(this.#decoded));
      },
      { within: SEEN_MS },
    );
  }

  async close(): Promise<void> {
    this.#process.stdin?.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}

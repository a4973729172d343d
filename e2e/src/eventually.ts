import { setTimeout as pause } from 'node:timers/promises';

/** A machine that stood still has used nobody's time: one attempt counts for so much at most. */
const TURN_MS = 2_000;

/**
 * Tries until it passes and returns what it returned. When the time is over, says what is still
 * missing and why the last attempt failed.
 */
export async function eventually<T>(
  expectation: string,
  attempt: () => T | Promise<T>,
  { within = 20_000, every = 50 }: { within?: number; every?: number } = {},
): Promise<T> {
  let took = 0;
  for (;;) {
    const begin = performance.now();
    try {
      return await attempt();
    } catch (error) {
      if (took > within) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`still missing after ${Math.round(took)} ms: ${expectation}\n${why}`, {
          cause: error,
        });
      }
    }
    await pause(every);
    took += Math.min(performance.now() - begin, TURN_MS);
  }
}

/** Fails unless the promise settles in time. */
export async function within<T>(ms: number, expectation: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still missing after ${ms} ms: ${expectation}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

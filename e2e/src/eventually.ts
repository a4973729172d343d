import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tries until it passes and returns what it returned. When the time is over, says what is still
 * missing and why the last attempt failed.
 */
export async function eventually<T>(
  expectation: string,
  attempt: () => T | Promise<T>,
  { within = 10_000, every = 50 }: { within?: number; every?: number } = {},
): Promise<T> {
  const begin = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const took = performance.now() - begin;
      if (took > within) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`still missing after ${Math.round(took)} ms: ${expectation}\n${why}`, {
          cause: error,
        });
      }
    }
    await pause(every);
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

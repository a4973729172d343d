import { Backoff } from '../backoff.js';
import { isFailure } from '../errors.js';

/**
 * Reads something until it is known, with growing pauses while the failure is one that passes.
 *
 * @param isWanted - asked before each attempt
 * @returns what was read, or nothing when it cannot be read or is no longer wanted
 */
export async function rereading<T>(
  isWanted: () => boolean,
  read: () => Promise<T>,
): Promise<T | undefined> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 5_000 });
  while (isWanted()) {
    try {
      return await read();
    } catch (error) {
      // A session that is closed fails with something that does not pass.
      if (!isFailure(error) || !error.retryable) return undefined;
      await pause(backoff.next());
    }
  }
  return undefined;
}

/**
 * Asks until there is an answer: a failure that passes is not the last word.
 *
 * @param patienceMs - when it is over, the failure of the last attempt is thrown
 */
export async function insisting<T>(ask: () => Promise<T>, patienceMs: number): Promise<T> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 5_000 });
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isFailure(error) || !error.retryable || Date.now() > end) throw error;
      await pause(backoff.next());
    }
  }
}

/** Lets time pass, in milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

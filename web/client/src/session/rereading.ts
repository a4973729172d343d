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

/** Lets time pass, in milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

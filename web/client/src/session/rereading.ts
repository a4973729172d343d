import { Backoff } from '../backoff.js';
import { type FailureName, isFailure } from '../errors.js';

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

/** A session that is away for longer has ended, and what it had with it. */
const TELL_MS = 60_000;

/**
 * Asks until there is an answer: a failure that passes is not the last word.
 *
 * @param patienceMs - when it is over, the failure of the last attempt is thrown
 * @param isWanted - asked before each further attempt
 */
export async function insisting<T>(
  ask: () => Promise<T>,
  patienceMs = TELL_MS,
  isWanted = () => true,
): Promise<T> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 5_000 });
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const passes = isFailure(error) && error.retryable && Date.now() <= end;
      if (!passes) throw error;
      await pause(backoff.next());
      if (!isWanted()) throw error;
    }
  }
}

/**
 * Tells that something is over here, until the server has heard it: it would go on there for as
 * long as the session does.
 *
 * @param isOver - what the server answers when it is over there, too
 * @param isWanted - asked before each further attempt: it may have begun again
 */
export async function tellSurely(
  ask: () => Promise<unknown>,
  isOver: readonly FailureName[],
  isWanted?: () => boolean,
): Promise<void> {
  try {
    await insisting(ask, TELL_MS, isWanted);
  } catch (error) {
    if (!isOver.some((name) => isFailure(error, name))) throw error;
  }
}

/** Lets time pass, in milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

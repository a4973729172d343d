import { AssertionError } from 'node:assert/strict';

/**
 * Like `assert.ok`, but it wants to be told what it is about: without a message `assert.ok` reads
 * and parses the source to make one, which blocks the process for minutes on compiled TypeScript.
 */
export function ensure(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new AssertionError({ message: otherwise, stackStartFn: ensure });
}

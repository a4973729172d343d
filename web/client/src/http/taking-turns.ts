import { pause } from '../session/rereading.js';

const NAME = 'castmesh-token-refresh';
/** Longer than a refresh may take: whoever has not given it back by then is gone. In milliseconds. */
const LEASE_MS = 15_000;
/** By then every tab sees what another one has written. In milliseconds. */
const SETTLE_MS = 100;

/** Who may work, and until when (`Date.now()`). */
interface Lease {
  holder: string;
  until: number;
}

/**
 * Runs one at a time among the tabs of an origin. Web Locks exist in secure contexts alone; in a
 * page by plain HTTP the tabs take turns through what they store.
 */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  if (navigator?.locks) return navigator.locks.request(NAME, work) as Promise<T>;
  const storage = commonStorage();
  return storage ? leasing(storage, work) : work();
}

async function leasing<T>(storage: Storage, work: () => Promise<T>): Promise<T> {
  const holder = crypto.getRandomValues(new Uint32Array(2)).join('-');
  while (leaseOf(storage)?.holder !== holder) {
    // Of several that find it free in the same moment, the last one to write has it.
    if (!leaseOf(storage) && !take(storage, holder)) break;
    await pause(SETTLE_MS);
  }
  try {
    return await work();
  } finally {
    if (leaseOf(storage)?.holder === holder) storage.removeItem(NAME);
  }
}

/** @returns false where nothing can be stored: there nothing is common either */
function take(storage: Storage, holder: string): boolean {
  try {
    const lease: Lease = { holder, until: Date.now() + LEASE_MS };
    storage.setItem(NAME, JSON.stringify(lease));
    return true;
  } catch {
    return false;
  }
}

function leaseOf(storage: Storage): Lease | undefined {
  try {
    const lease = JSON.parse(storage.getItem(NAME) ?? '{}') as Partial<Lease>;
    const { holder, until = 0 } = lease;
    // One from further ahead was written before the clock was set back.
    const left = until - Date.now();
    return holder && left > 0 && left <= LEASE_MS ? { holder, until } : undefined;
  } catch {
    return undefined;
  }
}

function commonStorage(): Storage | undefined {
  try {
    return (globalThis as { localStorage?: Storage }).localStorage;
  } catch {
    // The page may not store anything.
    return undefined;
  }
}

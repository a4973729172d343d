/** Reads, and requests that ask for a state which may be reached already. */
const REPEATABLE = new Set([
  'session.ping',
  'presence.watch',
  'media.list',
  'call.list',
  'room.list',
  'live.leave',
  'live.stop',
  'call.reject',
  'call.cancel',
  'call.hangup',
  'room.leave',
  'room.lock',
]);

/** Whether a request may be carried out twice without anybody noticing. */
export function isRepeatable(method: string, params: object): boolean {
  // Without a number, each question makes a room.
  if (method === 'room.join') return 'roomId' in params;
  return REPEATABLE.has(method);
}

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
  // The server knows what it has had already.
  if (method === 'room.signal' || method === 'room.data') return 'clientId' in params;
  return REPEATABLE.has(method);
}

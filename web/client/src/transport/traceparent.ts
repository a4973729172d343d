/** Hexadecimal digits of so many random bytes, never all zeros. */
function random(bytes: number): string {
  const value = crypto.getRandomValues(new Uint8Array(bytes));
  const digits = Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return /^0+$/.test(digits) ? random(bytes) : digits;
}

/**
 * A `traceparent` of W3C Trace Context that begins a trace. Its last flag says that nothing is
 * recorded on this side, so that the server's first span hangs on none of ours.
 */
export function freshTraceparent(): string {
  return `00-${random(16)}-${random(8)}-00`;
}

/** The id of the trace that a `traceparent` names. */
export function traceId(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** What a client does when the server closes the socket with a given code. */
export type CloseAction =
  | 'reconnect'
  | 'refresh-token'
  | 'stop-replaced'
  | 'stop-forbidden'
  | 'stop-kicked'
  | 'stop-banned';

/** The session protocol's own close codes. */
export const CLOSE_CODES = {
  NOT_AUTHENTICATED: 4401,
  FORBIDDEN: 4403,
  HEARTBEAT_MISSED: 4408,
  REPLACED: 4409,
  KICKED: 4410,
  BANNED: 4411,
  MESSAGE_TOO_LARGE: 4413,
  TOO_MANY_REQUESTS: 4429,
  SLOW_CONSUMER: 4500,
  DRAINING: 4503,
} as const;

/** Decides by the code; whatever is not known to be final is tried again. */
export function actionOnClose(code: number): CloseAction {
  switch (code) {
    case CLOSE_CODES.NOT_AUTHENTICATED:
      return 'refresh-token';
    case CLOSE_CODES.REPLACED:
      return 'stop-replaced';
    case CLOSE_CODES.FORBIDDEN:
      return 'stop-forbidden';
    case CLOSE_CODES.KICKED:
      return 'stop-kicked';
    case CLOSE_CODES.BANNED:
      return 'stop-banned';
    default:
      return 'reconnect';
  }
}

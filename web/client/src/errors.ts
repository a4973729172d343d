/** Names of the server's failure catalogue with their stable codes. */
export const FAILURE_CODES = {
  INVALID_REQUEST: 1000,
  UNAUTHENTICATED: 1001,
  FORBIDDEN: 1002,
  NOT_FOUND: 1003,
  TOO_MANY_REQUESTS: 1004,
  MESSAGE_TOO_LARGE: 1005,
  TIMEOUT: 1006,
  UNAVAILABLE: 1007,
  INTERNAL: 1008,
  METHOD_NOT_ALLOWED: 1009,
  UNSUPPORTED_MEDIA_TYPE: 1010,
  NICKNAME_TAKEN: 1100,
  BAD_CREDENTIALS: 1101,
  TOKEN_EXPIRED: 1102,
  TOKEN_REVOKED: 1103,
  TOKEN_INVALID: 1104,
  LIVE_NOT_FOUND: 1200,
  ALREADY_PUBLISHING: 1201,
  INVALID_SDP: 1202,
  MEDIA_UNAVAILABLE: 1203,
  MEDIA_NOT_FOUND: 1204,
  INVALID_CANDIDATE: 1205,
  MEDIA_LIMIT: 1206,
  MEDIA_FULL: 1207,
  CALL_NOT_FOUND: 1300,
  CALL_STATE: 1301,
  USER_OFFLINE: 1302,
  USER_BUSY: 1303,
  USER_NOT_FOUND: 1304,
  VIDEO_NOT_FOUND: 1400,
  RANGE_NOT_SATISFIABLE: 1401,
  ROOM_NOT_FOUND: 1500,
  ROOM_FULL: 1501,
  ROOM_LOCKED: 1502,
  ROOM_PASSWORD: 1503,
  NOT_IN_ROOM: 1504,
  PEER_NOT_FOUND: 1505,
  MUTED: 1600,
  BANNED: 1601,
  KICKED: 1602,
  OWN_ACCOUNT: 1603,
  NODE_ALONE: 1604,
  PARSE_ERROR: -32700,
  INVALID_JSON_RPC: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  /** Raised here: the request was sent, the connection went before the reply came. */
  CONNECTION_LOST: -1,
  /** Raised here: the client was closed, or never opened. */
  CLIENT_CLOSED: -2,
} as const;

/** A failure's name: one of the catalogue, or a newer server's that this SDK does not know yet. */
export type FailureName = keyof typeof FAILURE_CODES | (string & {});

/** What may go wrong without the server. */
type LocalFailure =
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  | 'UNAVAILABLE'
  | 'CLIENT_CLOSED'
  | 'INVALID_REQUEST'
  | 'MESSAGE_TOO_LARGE'
  | 'CALL_STATE';

const PASSING: readonly LocalFailure[] = ['TIMEOUT', 'CONNECTION_LOST', 'UNAVAILABLE'];

/** What a {@link CastmeshError} is made of. */
export interface FailureFields {
  code: number;
  name: FailureName;
  message: string;
  retryable: boolean;
  details?: unknown;
  /** The HTTP status, for failures of REST calls. */
  status?: number;
  trace?: string;
  reason?: string;
  until?: string;
}

/** The one error type that every method of this SDK throws. Decide by {@link CastmeshError.name}. */
export class CastmeshError extends Error {
  /** The catalogue's number. */
  readonly code: number;
  /** Whether the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** Facts for programs, such as the field that was wrong. */
  readonly details: unknown;
  /** The HTTP status, for failures of REST calls. */
  readonly status: number | undefined;
  /** The id by which an operator finds the request in logs and traces: worth showing to support. */
  readonly trace: string | undefined;
  /** What an administrator said: of MUTED, BANNED and KICKED, if anything. */
  readonly reason: string | undefined;
  /** ISO-8601, of MUTED and BANNED; undefined: for good. */
  readonly until: string | undefined;

  constructor(fields: FailureFields) {
    super(fields.message);
    this.name = fields.name;
    this.code = fields.code;
    this.retryable = fields.retryable;
    this.details = fields.details;
    this.status = fields.status;
    this.trace = fields.trace;
    this.reason = fields.reason;
    this.until = fields.until;
  }

  /** A failure that arose on this side of the wire. */
  static local(name: LocalFailure, message: string, trace?: string): CastmeshError {
    return new CastmeshError({
      name,
      message,
      trace,
      code: FAILURE_CODES[name],
      retryable: PASSING.includes(name),
    });
  }
}

/** Tells whether an error is a {@link CastmeshError} (of the given name, if one is given). */
export function isFailure(error: unknown, name?: FailureName): error is CastmeshError {
  return error instanceof CastmeshError && (name === undefined || error.name === name);
}

/** Tells whether nobody knows if the server has done what it was asked for. */
export function isUncertain(error: unknown): boolean {
  return (
    isFailure(error, 'CONNECTION_LOST') ||
    isFailure(error, 'TIMEOUT') ||
    isFailure(error, 'UNAVAILABLE')
  );
}

const RPC_NAMES: Record<number, FailureName> = {
  [-32700]: 'PARSE_ERROR',
  [-32600]: 'INVALID_JSON_RPC',
  [-32601]: 'METHOD_NOT_FOUND',
  [-32602]: 'INVALID_PARAMS',
};

/** Reads the error object of a JSON-RPC response; anything unreadable becomes INTERNAL. */
export function fromRpcError(error: unknown): CastmeshError {
  const e = asRecord(error);
  const data = asRecord(e.data);
  const code = typeof e.code === 'number' ? e.code : FAILURE_CODES.INTERNAL;
  return new CastmeshError({
    code,
    name: typeof data.name === 'string' ? data.name : (RPC_NAMES[code] ?? 'INTERNAL'),
    message: typeof e.message === 'string' ? e.message : 'The server gave no reason',
    retryable: data.retryable === true,
    details: data.details,
    trace: typeof data.trace === 'string' ? data.trace : undefined,
    reason: text(data.reason),
    until: text(data.until),
  });
}

/** Reads an RFC 9457 problem document; a body that is none is described by its HTTP status. */
export function fromProblem(status: number, body: unknown): CastmeshError {
  const problem = asRecord(body);
  const name = typeof problem.name === 'string' ? problem.name : nameOfStatus(status);
  return new CastmeshError({
    code:
      typeof problem.code === 'number'
        ? problem.code
        : (FAILURE_CODES[name as keyof typeof FAILURE_CODES] ?? FAILURE_CODES.INTERNAL),
    name,
    message: firstString(problem.detail, problem.title) ?? `The server answered ${status}`,
    retryable:
      typeof problem.retryable === 'boolean' ? problem.retryable : status === 429 || status >= 502,
    details: problem.details,
    trace: typeof problem.trace === 'string' ? problem.trace : undefined,
    status,
    reason: text(problem.reason),
    until: text(problem.until),
  });
}

function nameOfStatus(status: number): FailureName {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 413) return 'MESSAGE_TOO_LARGE';
  if (status === 429) return 'TOO_MANY_REQUESTS';
  if (status === 504) return 'TIMEOUT';
  if (status === 502 || status === 503) return 'UNAVAILABLE';
  return status < 500 ? 'INVALID_REQUEST' : 'INTERNAL';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function firstString(...values: unknown[]): string | undefined {
  return values.find((v): v is string => typeof v === 'string' && v !== '');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

import { CastmeshError, fromRpcError } from '../errors.js';
import { CLOSE_CODES } from '../session/close-codes.js';
import { freshTraceparent, traceId } from './traceparent.js';

/** Makes a socket; the platform's `WebSocket` unless told otherwise. */
export type SocketFactory = (url: string) => WebSocket;

/** A server's notification as it came in. */
export interface Notification {
  method: string;
  params: Record<string, unknown>;
}

/** What the owner of an {@link RpcSocket} hears of it. */
export interface RpcSocketHandlers {
  open(): void;
  notification(notification: Notification): void;
  /** Told exactly once, whether the socket ever opened or not. */
  close(code: number, reason: string): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: CastmeshError): void;
  trace: string;
  timer: ReturnType<typeof setTimeout>;
  /** How much was sent. */
  bytes: number;
}

/** What a server takes that does not say what it takes. */
const USUAL_MESSAGE_BYTES = 65_536;

/**
 * JSON-RPC 2.0 over one WebSocket: numbers requests, matches replies, keeps their deadlines.
 *
 * It lives as long as its socket; what outlives a socket (identity, resumption) is the session's.
 */
export class RpcSocket {
  readonly #socket: WebSocket;
  readonly #handlers: RpcSocketHandlers;
  readonly #traceparent: () => string;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed = false;
  /** The largest message that the server takes; a larger one it answers by closing the socket. */
  maxMessageBytes = USUAL_MESSAGE_BYTES;

  /**
   * @param traceparent - names the trace of each request (W3C Trace Context)
   */
  constructor(
    url: string,
    handlers: RpcSocketHandlers,
    factory: SocketFactory,
    traceparent: () => string = freshTraceparent,
  ) {
    this.#handlers = handlers;
    this.#traceparent = traceparent;
    this.#socket = factory(url);
    this.#socket.onopen = () => {
      if (!this.#closed) handlers.open();
    };
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#end(event.code, event.reason);
    // An error is always followed by a close, which says more.
    this.#socket.onerror = () => undefined;
  }

  /** Whether something sent now may arrive. */
  get isOpen(): boolean {
    return !this.#closed && this.#socket.readyState === 1;
  }

  /**
   * Sends a request. One that is too large fails with MESSAGE_TOO_LARGE and is not sent.
   *
   * @param deadlineMs - after this time without a reply the promise rejects with TIMEOUT
   */
  request(method: string, params: object, deadlineMs: number): Promise<unknown> {
    if (!this.isOpen) {
      return Promise.reject(CastmeshError.local('CONNECTION_LOST', 'There is no connection'));
    }
    const id = this.#nextId++;
    const traceparent = this.#traceparent();
    const trace = traceId(traceparent);
    const message = JSON.stringify({ jsonrpc: '2.0', id, method, params, traceparent });
    const bytes = utf8Length(message);
    if (bytes > this.maxMessageBytes) return Promise.reject(this.#tooLarge(bytes, trace));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const what = `${method} was not answered in ${deadlineMs} ms`;
        reject(CastmeshError.local('TIMEOUT', what, trace));
      }, deadlineMs);
      this.#pending.set(id, { resolve, reject, trace, timer, bytes });
      this.#socket.send(message);
    });
  }

  /**
   * Sends a notification; without a connection, or when it is too large, it is dropped, as nobody
   * would answer for it.
   */
  notify(method: string, params: object): void {
    if (!this.isOpen) return;
    const traceparent = this.#traceparent();
    const message = JSON.stringify({ jsonrpc: '2.0', method, params, traceparent });
    if (utf8Length(message) <= this.maxMessageBytes) this.#socket.send(message);
  }

  /**
   * Closes the socket and tells the owner at once: the closing handshake of a dead network would
   * keep it waiting.
   */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    try {
      this.#socket.close(code, reason);
    } finally {
      this.#end(code, reason);
    }
  }

  #receive(data: unknown): void {
    if (this.#closed || typeof data !== 'string') return;
    const message = parse(data);
    if (!message) return;
    if (typeof message.method === 'string') {
      const params = isRecord(message.params) ? message.params : {};
      this.#handlers.notification({ method: message.method, params });
      return;
    }
    if (typeof message.id !== 'number') return;
    const pending = this.#pending.get(message.id);
    // A reply after its deadline finds nobody.
    if (!pending) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error !== undefined) pending.reject(fromRpcError(message.error));
    else pending.resolve(message.result);
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (code === CLOSE_CODES.MESSAGE_TOO_LARGE) this.#refuseLargest();
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      const what = 'The connection went before the reply came';
      pending.reject(CastmeshError.local('CONNECTION_LOST', what, pending.trace));
    }
    this.#pending.clear();
    this.#handlers.close(code, reason);
  }

  /** The server takes less than was thought: that request is not to be made again. */
  #refuseLargest(): void {
    const sent = [...this.#pending.entries()].sort(([, a], [, b]) => b.bytes - a.bytes);
    const [largest] = sent;
    if (!largest) return;
    const [id, { reject, timer, bytes, trace }] = largest;
    this.#pending.delete(id);
    clearTimeout(timer);
    reject(this.#tooLarge(bytes, trace));
  }

  #tooLarge(bytes: number, trace: string): CastmeshError {
    const what = `The message has ${bytes} bytes, which is more than the server takes`;
    return CastmeshError.local('MESSAGE_TOO_LARGE', what, trace);
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

function parse(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

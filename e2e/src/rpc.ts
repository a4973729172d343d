import WebSocket from 'ws';
import { eventually, within } from './eventually.ts';

export interface RpcError {
  code: number;
  message: string;
  data: { name: string; retryable: boolean; details?: string; trace?: string };
}

export interface Answer {
  id: number | null;
  result?: Record<string, unknown>;
  error?: RpcError;
}

export interface Event {
  method: string;
  params: Record<string, unknown> & { seq: number };
}

const ANSWER_MS = 30_000;

/** The server has refused. */
export class RpcFailure extends Error {
  readonly error: RpcError;

  constructor(method: string, error: RpcError) {
    super(`${method}: ${JSON.stringify(error)}`);
    this.error = error;
  }
}

/** A client of the signalling socket that hides nothing: what is sent and what comes back. */
export class Rpc {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listener: ((event: Event) => void) | undefined;
  /** With the code. */
  readonly closed: Promise<number>;
  #nextId = 1;
  /** Answers that belong to no call of ours, such as those with id null. */
  readonly strays: Answer[] = [];
  readonly events: Event[] = [];

  private constructor(socket: WebSocket, listener?: (event: Event) => void) {
    this.#socket = socket;
    this.#listener = listener;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    socket.on('error', () => undefined); // told by its close
  }

  /** @param listener hears events instead of {@link events} */
  static async open(base: string, listener?: (event: Event) => void): Promise<Rpc> {
    const url = `${base.replace(/^http/, 'ws')}/ws`;
    const socket = new WebSocket(url, { handshakeTimeout: ANSWER_MS });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Rpc(socket, listener);
  }

  /** Opens and authenticates. */
  static async signedIn(base: string, token: string): Promise<Rpc> {
    const rpc = await Rpc.open(base);
    await rpc.result('session.authenticate', { token });
    return rpc;
  }

  /** Fails at once when the socket closes first. */
  call(method: string, params: unknown = {}, ms = ANSWER_MS): Promise<Answer> {
    const id = this.#nextId++;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.sendText(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const lost = this.closed.then((code): never => {
      throw new Error(`the socket was closed with ${code} before the answer to ${method}`);
    });
    return within(ms, `the answer to ${method}`, Promise.race([answer, lost]));
  }

  async result(
    method: string,
    params: unknown = {},
    ms = ANSWER_MS,
  ): Promise<Record<string, unknown>> {
    const answer = await this.call(method, params, ms);
    if (answer.error) throw new RpcFailure(method, answer.error);
    return answer.result ?? {};
  }

  async error(method: string, params: unknown = {}): Promise<RpcError> {
    const answer = await this.call(method, params);
    if (!answer.error) throw new Error(`${method} did not fail: ${JSON.stringify(answer.result)}`);
    return answer.error;
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** The next answer that belongs to no call. */
  stray(): Promise<Answer> {
    return eventually('an answer without a call', () => {
      const answer = this.strays.shift();
      if (!answer) throw new Error('none came');
      return answer;
    });
  }

  event(method: string): Promise<Event> {
    return eventually(`the event ${method}`, () => {
      const event = this.events.find((one) => one.method === method);
      if (!event) throw new Error(`came: ${this.events.map((one) => one.method).join(', ')}`);
      return event;
    });
  }

  closeCode(ms = 60_000): Promise<number> {
    return within(ms, 'the server closes the socket', this.closed);
  }

  /** Like a cut cable: nobody says good-bye. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Leaves for good: nobody waits for a return. */
  close(): void {
    this.#socket.close(1000);
  }

  #receive(message: Answer | Event): void {
    if ('method' in message) {
      if (this.#listener) this.#listener(message);
      else this.events.push(message);
      return;
    }
    const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined;
    if (!waiting) {
      this.strays.push(message);
      return;
    }
    this.#waiting.delete(message.id as number);
    waiting(message);
  }
}

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws';

/** A request or notification as it came over the wire. */
export interface Message {
  id?: number;
  method: string;
  params: Record<string, unknown>;
  traceparent?: string;
}

type Handler = (params: Record<string, unknown>, connection: Connection) => unknown;

/** Thrown by a handler to answer with an error object. */
export class RpcFailure extends Error {
  constructor(readonly error: object) {
    super('answered with an error');
  }
}

/** One socket of a client, seen from the server's side. */
export class Connection {
  readonly received: Message[] = [];

  constructor(readonly socket: ServerSocket) {}

  event(method: string, params: object): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** The network is gone: no closing handshake. */
  cut(): void {
    this.socket.terminate();
  }
}

/** A server on a real socket that speaks the session protocol as far as a test tells it to. */
export class TestPeer {
  readonly connections: Connection[] = [];
  readonly handlers = new Map<string, Handler>();
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.handlers.set('session.authenticate', () => welcome());
    this.handlers.set('session.ping', () => ({ time: new Date().toISOString() }));
    server.on('connection', (socket) => {
      const connection = new Connection(socket);
      this.connections.push(connection);
      socket.on('message', (data) => void this.#answer(connection, String(data)));
    });
  }

  static async start(): Promise<TestPeer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new TestPeer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  /** The newest connection. */
  get last(): Connection {
    const last = this.connections.at(-1);
    if (!last) throw new Error('nobody has connected');
    return last;
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(connection: Connection, data: string): Promise<void> {
    const message = JSON.parse(data) as Message;
    connection.received.push(message);
    if (message.id === undefined) return;
    const handler = this.handlers.get(message.method);
    const reply = (body: object) =>
      connection.socket.send(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...body }));
    try {
      if (!handler) throw new RpcFailure({ code: -32601, message: 'No such method' });
      const result = await handler(message.params, connection);
      if (result !== NO_ANSWER) reply({ result });
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
      reply({ error: error.error });
    }
  }
}

/** Returned by a handler that leaves the client without a reply. */
export const NO_ANSWER = Symbol('no answer');

/** What a gateway answers to `session.authenticate`. */
export function welcome(changes: object = {}): object {
  return {
    sessionId: 's1',
    user: { id: 'u1', nickname: 'ann', avatar: '/a' },
    resumed: false,
    iceServers: [],
    heartbeatSeconds: 20,
    ...changes,
  };
}

/** Waits for a condition and says what is missing when it does not come true. */
export async function until(what: string, condition: () => boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`still missing after ${ms} ms: ${what}`);
    await sleep(5);
  }
}

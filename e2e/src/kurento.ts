import WebSocket from 'ws';
import { within } from './eventually.ts';

const ANSWER_MS = 10_000;
/** A connection that says nothing for longer is closed. */
const PING_MS = 5_000;

export interface KurentoEvent {
  object: string;
  type: string;
  data: Record<string, unknown>;
}

/** A client of the Kurento protocol, for whatever media server speaks it. */
export class Kurento {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Map<string, (event: KurentoEvent) => void>();
  readonly #pings: NodeJS.Timeout;
  #next = 1;
  #session: string | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#pings = setInterval(() => {
      void this.#call('ping', { interval: 240_000 }).catch(() => undefined);
    }, PING_MS);
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.method === 'onEvent' && message.params) {
        const { object, type, data } = message.params.value;
        this.#listeners.get(`${object} ${type}`)?.({ object, type, data });
      } else if (message.id !== undefined) {
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
      }
    });
  }

  static async connect(url: string): Promise<Kurento> {
    const socket = new WebSocket(url, { handshakeTimeout: ANSWER_MS });
    await within(
      ANSWER_MS,
      `a connection to ${url}`,
      new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      }),
    );
    return new Kurento(socket);
  }

  async #call(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    const session = this.#session ? { sessionId: this.#session } : {};
    const request = { jsonrpc: '2.0', id, method, params: { ...params, ...session } };
    this.#socket.send(JSON.stringify(request));
    const { result, error } = await within(ANSWER_MS, `an answer to ${method}`, answer);
    if (!result) throw new Error(`${method}: ${JSON.stringify(error)}`);
    this.#session = result.sessionId ?? this.#session;
    return result.value;
  }

  async create(type: string, constructorParams: object = {}): Promise<string> {
    return String(await this.#call('create', { type, constructorParams }));
  }

  invoke(object: string, operation: string, operationParams: object = {}): Promise<unknown> {
    return this.#call('invoke', { object, operation, operationParams });
  }

  async listen(object: string, type: string, to: (event: KurentoEvent) => void): Promise<void> {
    this.#listeners.set(`${object} ${type}`, to);
    await this.#call('subscribe', { object, type });
  }

  async release(object: string): Promise<void> {
    await this.#call('release', { object });
  }

  close(): void {
    clearInterval(this.#pings);
    this.#socket.close();
  }
}

interface Message {
  id?: number;
  method?: string;
  result?: { value: unknown; sessionId?: string };
  error?: unknown;
  params?: { value: KurentoEvent };
}

/** The ids of the pipelines on a media server, asked over its own protocol. */
export async function pipelines(host: string, port: number): Promise<string[]> {
  const kurento = await Kurento.connect(`ws://${host}:${port}/kurento`);
  try {
    return (await kurento.invoke('manager_ServerManager', 'getPipelines')) as string[];
  } finally {
    kurento.close();
  }
}

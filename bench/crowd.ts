import WebSocket from 'ws';

/** So many sockets are opened side by side. */
const ABREAST = 20;

/** A socket that counts what comes. Nothing of it is parsed, so that the crowd stays cheap. */
export class Client {
  readonly socket: WebSocket;
  heard = 0;
  onMessage: (() => void) | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', () => {
      this.heard++;
      this.onMessage?.();
    });
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<Client> {
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 30_000 });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Client(socket);
  }

  send(method: string, params: object = {}): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  }

  /** Sends and waits for whatever comes next. */
  async ask(method: string, params: object = {}): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} is not answered`)), 30_000);
      this.onMessage = () => {
        clearTimeout(late);
        this.onMessage = undefined;
        resolve();
      };
      this.send(method, params);
    });
  }
}

/** Makes many of something, a few at a time. */
export async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      made[index] = await make(index);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, worker));
  return made;
}

/** Pings from all, spread evenly over the time between two, as browsers come by chance. */
export function heartbeats(clients: Client[], everySeconds: number): () => void {
  const slices = everySeconds * 10;
  let slice = 0;
  const timer = setInterval(() => {
    for (let at = slice % slices; at < clients.length; at += slices) {
      clients[at]?.send('session.ping');
    }
    slice++;
  }, 100);
  return () => clearInterval(timer);
}

/** Requests from all, each asking again when it is answered. @returns how many were answered */
export async function burst(
  clients: Client[],
  seconds: number,
  method: string,
  params: object,
): Promise<number> {
  let answered = 0;
  let open = true;
  const before = clients.map((client) => client.onMessage);
  for (const client of clients) {
    client.onMessage = () => {
      answered++;
      if (open) client.send(method, params);
    };
    client.send(method, params);
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  open = false;
  const count = answered;
  await new Promise((resolve) => setTimeout(resolve, 300));
  clients.forEach((client, index) => (client.onMessage = before[index]));
  return count;
}

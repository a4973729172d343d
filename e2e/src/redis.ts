import { readFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';

const DEADLINE_MS = 5_000;

type Reply = string | number | null | Reply[];

/** One key with all that it holds, as text to be searched. */
export interface Entry {
  key: string;
  content: string;
  /** Milliseconds until it ends by itself; -1: it stays. */
  ttl: number;
}

const READ: Record<string, (key: string) => string[]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  list: (key) => ['LRANGE', key, '0', '-1'],
};

/** Everything in the embedded Redis of a data folder. */
export async function redisEntries(dataDir: string): Promise<Entry[]> {
  return withRedis(dataDir, async (redis) => {
    const entries: Entry[] = [];
    for (const key of (await redis.run('KEYS', '*')) as string[]) {
      const read = READ[String(await redis.run('TYPE', key))];
      const content = read ? JSON.stringify(await redis.run(...read(key))) : '';
      entries.push({ key, content, ttl: Number(await redis.run('PTTL', key)) });
    }
    return entries;
  });
}

/** Carries out one command after the other. */
export async function redisCommands(dataDir: string, commands: string[][]): Promise<void> {
  await withRedis(dataDir, async (redis) => {
    for (const command of commands) await redis.run(...command);
  });
}

/** Forgets everything that stands in it, at once. */
export async function flushRedis(dataDir: string): Promise<void> {
  await withRedis(dataDir, (redis) => redis.run('FLUSHALL'));
}

/** How many commands it has carried out so far. */
export async function redisCommandsSoFar(dataDir: string): Promise<number> {
  return withRedis(dataDir, async (redis) => {
    const stats = String(await redis.run('INFO', 'stats'));
    return Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1]);
  });
}

async function withRedis<T>(dataDir: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const config = readFileSync(join(dataDir, 'redis/redis.conf'), 'utf8');
  const setting = (name: string): string =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec(config)?.[1] ?? '';
  const redis = new Redis(setting('bind'), Number(setting('port')));
  try {
    await redis.run('AUTH', setting('requirepass'));
    return await work(redis);
  } finally {
    redis.close();
  }
}

/** As much of the protocol of Redis (RESP 2) as reading needs; one command at a time. */
class Redis {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(host: string, port: number) {
    this.#socket = connect(port, host);
    this.#socket.setTimeout(DEADLINE_MS, () => this.#fail(new Error('Redis does not answer')));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('data', (part) => {
      this.#bytes = Buffer.concat([this.#bytes, part]);
      this.#wake?.();
    });
  }

  async run(...words: string[]): Promise<Reply> {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    return this.#reply();
  }

  close(): void {
    this.#socket.destroy();
  }

  async #reply(): Promise<Reply> {
    const line = (await this.#take(await this.#lineLength())).toString().trimEnd();
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case ':':
        return Number(rest);
      case '$': {
        if (rest === '-1') return null;
        const bytes = await this.#take(Number(rest) + 2);
        return bytes.subarray(0, -2).toString();
      }
      case '*': {
        const items: Reply[] = [];
        for (let at = 0; at < Number(rest); at++) items.push(await this.#reply());
        return items;
      }
      default:
        throw new Error(`Redis says ${line}`);
    }
  }

  async #lineLength(): Promise<number> {
    for (;;) {
      const end = this.#bytes.indexOf('\r\n');
      if (end >= 0) return end + 2;
      await this.#more();
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) await this.#more();
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = () => (this.#failure ? reject(this.#failure) : resolve());
      if (this.#failure) reject(this.#failure);
    });
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#socket.destroy();
    this.#wake?.();
  }
}

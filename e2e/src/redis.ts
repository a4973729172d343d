import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const DEADLINE_MS = 5_000;

/** The names of all keys in the embedded Redis of a data folder. */
export function redisKeys(dataDir: string): Promise<string[]> {
  const config = readFileSync(join(dataDir, 'redis/redis.conf'), 'utf8');
  const port = Number(/^port (\d+)$/m.exec(config)?.[1]);
  const password = /^requirepass (\S+)$/m.exec(config)?.[1] ?? '';
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('Redis does not answer')));
    let text = '';
    socket.setEncoding('utf8');
    socket.once('error', reject);
    socket.on('data', (part: string) => (text += part));
    socket.once('end', () => {
      // "+OK" for AUTH, an array of bulk strings for KEYS, "+OK" for QUIT
      const lines = text.split('\r\n');
      resolve(lines.filter((line, at) => lines[at - 1]?.startsWith('$') && line !== ''));
    });
    socket.write(`AUTH ${password}\r\nKEYS *\r\nQUIT\r\n`);
  });
}

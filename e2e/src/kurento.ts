import WebSocket from 'ws';
import { within } from './eventually.ts';

const ANSWER_MS = 5_000;

/** The ids of the pipelines on a media server, asked over its own protocol. */
export async function pipelines(host: string, port: number): Promise<string[]> {
  const socket = new WebSocket(`ws://${host}:${port}/kurento`, { handshakeTimeout: ANSWER_MS });
  try {
    const answer = new Promise<string[]>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () =>
        socket.send(
          JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method: 'invoke',
            params: { object: 'manager_ServerManager', operation: 'getPipelines' },
          }),
        ),
      );
      socket.once('message', (data) => {
        const { result, error } = JSON.parse(String(data)) as {
          result?: { value: string[] };
          error?: unknown;
        };
        if (result) resolve(result.value);
        else reject(new Error(`getPipelines: ${JSON.stringify(error)}`));
      });
    });
    return await within(ANSWER_MS, `the pipelines of ${host}:${port}`, answer);
  } finally {
    socket.close();
  }
}

/**
 * What castmesh is measured against: the least that a server on the library `ws` can do. It answers
 * each message with a reply of the same shape, and sends to all what comes as `all`. Prints its
 * port, and ends with its input.
 */
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(String(data)) as {
      id: number;
      method: string;
      params: object;
    };
    if (method === 'all') {
      const text = JSON.stringify({ jsonrpc: '2.0', method, params });
      for (const one of server.clients) if (one.readyState === WebSocket.OPEN) one.send(text);
    }
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { time: new Date() } }));
  });
});
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(address?.port);
});
// Whoever started this has ended, in whatever way.
process.stdin.resume().once('end', () => process.exit());

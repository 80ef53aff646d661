import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// The least that Node can do for a request: what the gateway and the load generator are compared with.
process.on('disconnect', () => process.exit(0));
const answer = JSON.stringify({ orderId: 'ord_use_0123456789abcdefghjkmnpqrs', status: 'placed' });
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(202, { 'content-type': 'application/json' }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

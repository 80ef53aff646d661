import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sharedStack } from './shared-stack.ts';

const { host, ports } = sharedStack;

export type KafkaProxy = {
  readonly port: number;
  /** Breaks all connections and takes none until `mend`. */
  cut(): void;
  /** The same, as soon as the broker has taken the next produce request: its answer is kept back. */
  cutAtNextAnswer(): void;
  mend(): void;
  close(): void;
};

/** Stands for the broker of the shared stack: what that says of its address is rewritten. */
export async function startKafkaProxy(): Promise<KafkaProxy> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'armed' | 'cutting' | 'cut' = 'whole';
  const cut = (): void => {
    state = 'cut';
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (state === 'cut') return void client.destroy();
    const broker = connect(ports.kafka, host);
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (request: Buffer) => {
      if (state === 'armed' && isProduce(request)) state = 'cutting';
      broker.write(request);
    });
    broker.on('data', (response: Buffer) => {
      if (state === 'cutting') cut();
      else client.write(withPort(response, port));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut,
    cutAtNextAnswer: () => void (state = 'armed'),
    mend: () => void (state = 'whole'),
    close: () => void server.close(),
  };
}

/** After the length of a request comes its kind: 0 is produce. */
const isProduce = (request: Buffer): boolean => request.length > 6 && request.readInt16BE(4) === 0;

function withPort(response: Buffer, port: number): Buffer {
  const [from, to] = [addressOf(ports.kafka), addressOf(port)];
  const changed = Buffer.from(response);
  for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + to.length))
    to.copy(changed, at);
  return changed;
}

/** Metadata name a broker by the length of its host, the host, and the port. */
function addressOf(port: number): Buffer {
  const address = Buffer.alloc(2 + host.length + 4);
  address.writeInt16BE(host.length, 0);
  address.write(host, 2);
  address.writeInt32BE(port, 2 + host.length);
  return address;
}

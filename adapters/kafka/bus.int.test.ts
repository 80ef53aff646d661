import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { resetStack, startStack } from '../../scripts/stack/index.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createBus, type Bus } from './bus.ts';

const { host, ports } = sharedStack;
const topic = `cut-events-${Date.now()}`;

let owned = false;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let bus: Bus;
beforeAll(async () => {
  ({ owned } = await startStack(sharedStack, { reuse: true, topics: [topic] }));
  proxy = await startProxy();
  bus = createBus({
    brokers: [`${host}:${proxy.port}`],
    clientId: 'bus-test',
    source: '/test',
    compress: false,
    log: () => undefined,
    onConsumerLost: () => undefined,
  });
}, 180_000);
afterAll(async () => {
  await bus?.close();
  proxy?.server.close();
  if (owned) await resetStack(sharedStack);
}, 60_000);

const rowOf = (eventId: string): OutboxRow => ({
  id: eventId,
  bucket: 0,
  topic,
  key: 'ord_use1_0',
  type: 'OrderPlaced',
  eventId,
  payload: '{}',
  traceparent: null,
  occurredAt: new Date(),
});

// The broker has the rows, and the sender does not know it. A producer that was kept would send what comes next with the
// same sequence numbers: the broker takes that for a repetition, acknowledges it and drops it.
test('what is sent after a send of unknown fate arrives', async () => {
  await bus.publishRows([rowOf('before')]);
  proxy.cutAtNextAnswer();
  await expect(bus.publishRows([rowOf('cut')])).rejects.toMatchObject({ code: 'kafka-unavailable' });
  expect(await arrived(2)).toEqual(['before', 'cut']);
  proxy.mend();
  await bus.publishRows([rowOf('after')]);
  await bus.publishRows([rowOf('later')]);
  expect(await arrived(4)).toEqual(['before', 'cut', 'after', 'later']);
});

/** Ids on the partition, read directly, once there are so many. */
async function arrived(count: number): Promise<string[]> {
  const kafka = new Kafka({ brokers: [`${host}:${ports.kafka}`], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `of-${topic}-${count}`, maxWaitTimeInMs: 50 });
  const ids: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => void ids.push(String(message.headers?.['ce_id'])),
  });
  await vi.waitFor(() => expect(ids.length).toBeGreaterThanOrEqual(count), { timeout: 20_000 });
  await consumer.disconnect();
  return ids;
}

/**
 * Stands for the broker: what the broker says of its address is rewritten. A cut lets the next produce request through,
 * keeps its answer to itself, and takes no connections until it is mended.
 */
async function startProxy() {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'armed' | 'cutting' | 'cut' = 'whole';
  const server: Server = createServer((client) => {
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
      if (state === 'cutting') state = 'cut';
      if (state !== 'cut') return void client.write(withPort(response, port));
      for (const socket of sockets) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    cutAtNextAnswer: () => void (state = 'armed'),
    mend: () => void (state = 'whole'),
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

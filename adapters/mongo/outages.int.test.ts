import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../scripts/testing/free-port.ts';
import { openTestMongo, type TestMongo } from '../../scripts/testing/mongo-database.ts';
import { connectMongo } from './connect.ts';
import { orderPlaced } from './histories.fixture.ts';
import { createOrderHistory } from './order-history.ts';
import { createSalesBoard } from './sales-board.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await openTestMongo();
});
afterAll(() => mongo?.close());

describe('when MongoDB', () => {
  test('is away, a client is made all the same and its calls are transient', async () => {
    const away = connectMongo('mongodb://127.0.0.1:1/nothing?directConnection=true');
    const startedMs = performance.now();
    await expect(createOrderHistory(away.database).list('u', { limit: 1 })).rejects.toMatchObject({
      name: 'TransientError',
      code: expect.stringMatching(/^mongo-(unavailable|timed-out)$/),
    });
    expect(performance.now() - startedMs).toBeLessThan(4500);
    await away.close();
  });

  test('is away when a client first asks, and comes later, its writes are transient until then', async () => {
    const { hostname, port, pathname } = new URL(mongo.url);
    const link = createServer((socket) => {
      const server = connect(Number(port), hostname);
      socket
        .on('error', () => undefined)
        .pipe(server.on('error', () => undefined))
        .pipe(socket);
    });
    const free = await freePort();
    const late = connectMongo(`mongodb://127.0.0.1:${free}${pathname}?directConnection=true`);
    const change = { orderId: 'o', userId: 'u', events: [orderPlaced()] };
    const away = { name: 'TransientError', code: expect.stringMatching(/^mongo-(unavailable|timed-out)$/) };
    const apply = () => createOrderHistory(late.database, 'order_history_late').apply([change]);
    await expect(apply()).rejects.toMatchObject(away);
    await new Promise<void>((resolve) => link.listen(free, '127.0.0.1', resolve));
    // Each with a breaker of its own: the first one's lets nobody through for a while.
    await vi.waitFor(apply, { timeout: 10_000 });
    expect(await late.database.collection('order_history_late').countDocuments()).toBe(1);
    await late.close();
    link.close();
  });

  test('takes a connection and says nothing, the call is given up', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const hung = connectMongo(`mongodb://127.0.0.1:${port}/nothing?directConnection=true`);
    await expect(
      createSalesBoard(hung.database).list({ from: '2026-01-01', to: '2026-01-01' }, { limit: 1 }),
    ).rejects.toMatchObject({
      name: 'TransientError',
    });
    await hung.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('refuses a call, that is permanent', async () => {
    // Text where the steps would be: nothing can be set inside it.
    const damaged = mongo.database.collection<{ _id: string; steps: string }>('order_history_bad');
    await damaged.insertOne({ _id: 'o', steps: 'text' });
    const bad = createOrderHistory(mongo.database, 'order_history_bad');
    await expect(bad.apply([{ orderId: 'o', userId: 'u', events: [orderPlaced()] }])).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'mongo-refused',
    });
  });
});

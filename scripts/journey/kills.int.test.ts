import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessGroup } from '../../environments/local.ts';
import { bucketOf } from '../../domain/ids.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, countWith, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { backParts, gatewayParts } from './groups.ts';
import { nextOrder, startLoad } from './load.ts';
import { netMinorOf } from './provider-books.ts';
import { openWorld, type World } from './world.ts';

const groups: readonly ProcessGroup[] = [
  { name: 'gateway-a', parts: gatewayParts },
  { name: 'gateway-b', parts: gatewayParts, port: 'gatewayB' },
  { name: 'relay', parts: ['relay'] },
  { name: 'reserve', parts: ['reserve-stock', 'score-order'] },
  {
    name: 'advance',
    parts: ['advance-order', 'sweep-stuck-orders', 'sweep-reservations', 'sweep-retention'],
  },
  { name: 'pay', parts: ['capture-payment', 'refund-payment'] },
  { name: 'ship', parts: ['book-shipment', 'send-notification'] },
  {
    name: 'record',
    parts: ['project-order-history', 'aggregate-analytics', 'learn-copurchases', 'append-audit'],
  },
];
/** The last steps of the journey first: what is killed has work waiting for it then. */
const victims = groups.toReversed();
const betweenMs = 1500;
const longestLoadS = 60;

let world: World;
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
}, 180_000);
afterAll(() => world?.close(), 60_000);

test('each process is killed in the middle of the load: nothing is lost, nothing happens twice', async () => {
  expect(new Set(groups.flatMap(({ parts }) => parts))).toEqual(new Set([...gatewayParts, ...backParts]));
  const load = startLoad(world, {
    perSecond: 40,
    seconds: longestLoadS,
    paymentTokenOf: (n) => (n % 20 === 7 ? 'tok_declined' : n % 20 === 19 ? 'tok_slow' : 'tok_approve'),
    cancelEach: 20,
  });
  await untilGrows(world, 'the first shipments', evidence['book-shipment']);
  const recoveries: Promise<string>[] = [];
  for (const { name, parts } of victims) {
    await world.platform.kill(name);
    recoveries.push(...parts.filter(isWatched).map((part) => recoveryOf(name, part)));
    recoveries.push(restart(name));
    await sleep(betweenMs); // the faults have a rhythm of their own
  }
  for (const text of await Promise.all(recoveries)) tell(text);
  const placed = await load.stop();
  await allEnded(world, placed);
  expect(placed.length).toBeGreaterThanOrEqual(400);
  expect(world.shop.retries).toBeGreaterThan(0);
  const refunds = await evidence['refund-payment'](world);
  tell(`${placed.length} orders, ${refunds} refunds, ${world.shop.retries} requests tried again`);
  await world.expectClean();
}, 240_000);

test('an order whose payment nobody takes up is ended by the sweeper, and never charged', async () => {
  await world.platform.kill('pay');
  const order = await world.shop.place(nextOrder(world));
  const has = (type: string) => async () => (await countWith(world, [order], type)) === 1;
  await waitFor('the order to be confirmed', has('OrderConfirmed'), { timeoutMs: 30_000 });
  await world.sources.postgres.query(
    `update orders.sagas set deadline_at = now() where bucket = $1 and order_id = $2`,
    [bucketOf(order.orderId, world.stack.partitions), order.orderId],
  );
  const dueAt = performance.now();
  await waitFor('the order to be cancelled', has('OrderCancelled'), { timeoutMs: 30_000 });
  tell(`an order past its deadline is cancelled after ${seconds(performance.now() - dueAt)}`);
  await world.platform.start('pay');
  await allEnded(world, [order]);
  await world.expectClean();
  expect(await netMinorOf(world, [order.orderId])).toBe(0);
}, 120_000);

/** Refunds are too rare for a measurement. */
type Watched = Exclude<keyof typeof evidence, 'refund-payment'>;
const isWatched = (part: string): part is Watched => part in evidence && part !== 'refund-payment';

async function recoveryOf(process: string, part: Watched): Promise<string> {
  const tookMs = await untilGrows(world, part, evidence[part]);
  return `${process} killed: ${part === 'order' ? 'orders are accepted' : `${part} goes on`} after ${seconds(tookMs)}`;
}

async function restart(name: string): Promise<string> {
  const startedAt = performance.now();
  await world.platform.start(name);
  return `${name} killed: started again and ready after ${seconds(performance.now() - startedAt)}`;
}

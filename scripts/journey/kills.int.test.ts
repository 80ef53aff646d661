import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProcessGroup } from '../../environments/local.ts';
import { bucketOf } from '../../domain/ids.ts';
import { tasks } from '../../workers/index.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, metricOf, countWith, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { backParts, gatewayParts } from './groups.ts';
import { nextOrder, startLoad } from './load.ts';
import { netMinorOf, readLedger } from './provider-books.ts';
import type { PlacedOrder } from './shop-client.ts';
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
let first: PlacedOrder & { readonly sku: string };
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
  const order = nextOrder(world);
  first = { ...(await world.shop.place(order)), sku: order.lines[0]!.sku };
  await allEnded(world, [first]);
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
    const restarted = restart(name);
    recoveries.push(restarted, ...parts.map((part) => recoveryOf(name, part, restarted)));
    await sleep(betweenMs); // the faults have a rhythm of their own
  }
  for (const text of await Promise.all(recoveries)) tell(text);
  const placed = await load.stop();
  await allEnded(world, placed);
  expect(placed.length).toBeGreaterThanOrEqual(400);
  expect(world.shop.retries).toBeGreaterThan(0);
  const refunds = (await readLedger(world)).filter(({ type }) => type === 'refund').length;
  expect(refunds).toBeGreaterThan(0);
  tell(`${placed.length} orders, ${refunds} refunds, ${world.shop.retries} requests tried again`);
  await world.expectClean();
}, 240_000);

test('an order whose payment nobody takes up is ended by a sweeper that was killed, and never charged', async () => {
  await world.platform.kill('pay');
  const order = await world.shop.place(nextOrder(world));
  const has = (type: string) => async () => (await countWith(world, [order], type)) === 1;
  await waitFor('the order to be confirmed', has('OrderConfirmed'), { timeoutMs: 30_000 });
  await world.platform.kill('advance');
  await world.sources.postgres.query(
    `update orders.sagas set deadline_at = now() where bucket = $1 and order_id = $2`,
    [bucketOf(order.orderId, world.stack.partitions), order.orderId],
  );
  const dueAt = performance.now();
  await world.platform.start('advance');
  await waitFor('the order to be cancelled', has('OrderCancelled'), { timeoutMs: 30_000 });
  tell(`an order past its deadline is cancelled after ${seconds(performance.now() - dueAt)}`);
  await world.platform.start('pay');
  await allEnded(world, [order]);
  await world.expectClean();
  expect(await netMinorOf(world, [order.orderId])).toBe(0);
}, 120_000);

/** Resolves when a part of a process that was killed is seen to go on. */
async function recoveryOf(process: string, part: string, restarted: Promise<string>): Promise<string> {
  const startedAt = performance.now();
  if (isEvident(part)) await untilGrows(world, part, evidence[part]);
  else await restarted;
  if (gatewayParts.includes(part)) await untilServed(process, part);
  else if (!isEvident(part)) await untilCounted(process, part);
  return `${process} killed: ${part} goes on after ${seconds(performance.now() - startedAt)}`;
}

const isEvident = (part: string): part is keyof typeof evidence => part in evidence;

/** What is rare, or leaves nothing behind, is told of by the new process's own counters, which began with it. */
async function untilCounted(process: string, part: string): Promise<void> {
  const counted = () =>
    tasks.some(({ name }) => name === part)
      ? metricOf(world, process, 'meridian_task_runs_total', { task: part, outcome: 'done' })
      : metricOf(world, process, 'meridian_worker_events_total', { worker: part, outcome: 'handled' });
  await waitFor(`${part} to go on`, async () => (await counted()) > 0, { timeoutMs: 60_000, everyMs: 200 });
}

/** The other gateway may have served meanwhile: each part is asked in the process that was killed. */
async function untilServed(process: string, part: string): Promise<void> {
  const gateway = groups.find(({ name }) => name === process)?.port ?? 'gateway';
  const caller = { userId: first.userId, roles: ['operator'] };
  const answered = () => world.shop.call(caller, 'GET', readOf(part), { gateway });
  await waitFor(`${part} to answer`, async () => (await answered()).status === 200, { timeoutMs: 60_000 });
}

/** What a gateway has to show of the first order. */
function readOf(gateway: string): string {
  const { orderId, sku } = first;
  const reads: Readonly<Record<string, string>> = {
    user: '/v1/users/me',
    product: `/v1/products/${sku}`,
    order: `/v1/orders/${orderId}`,
    inventory: `/v1/stock/${sku}`,
    payment: `/v1/payments/${orderId}`,
    shipping: `/v1/shipments/${orderId}`,
    notification: '/v1/notifications',
    analytics: '/v1/analytics/sales?from=2026-01-01&to=2026-01-01',
    fraud: `/v1/fraud/orders/${orderId}`,
    recommendation: `/v1/products/${sku}/recommendations`,
  };
  const path = reads[gateway];
  if (path === undefined) throw new Error(`nothing is known to read of ${gateway}`);
  return path;
}

async function restart(name: string): Promise<string> {
  const startedAt = performance.now();
  await world.platform.start(name);
  return `${name} killed: started again and ready after ${seconds(performance.now() - startedAt)}`;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../../adapters/auth/tokens.ts';
import { acceptedOrder } from '../../contracts/http/orders.ts';
import { orderIdOf, type UserId } from '../../domain/ids.ts';
import type { ProcessGroup } from '../../environments/local.ts';
import {
  allEnded,
  evidence,
  rowsOf,
  seconds,
  tell,
  untilAllPartitionsGoOn,
  untilGrows,
} from './conditions.ts';
import { waitFor } from '../stack/wait.ts';
import { backParts, gatewayParts } from './groups.ts';
import { nextOrder, startLoad } from './load.ts';
import { shipTo } from './shop-client.ts';
import { openWorld, type World } from './world.ts';

const groups: readonly ProcessGroup[] = [
  { name: 'gateway-a', parts: gatewayParts },
  { name: 'gateway-b', parts: gatewayParts, port: 'gatewayB' },
  { name: 'back-a', parts: backParts },
  { name: 'back-b', parts: backParts },
];
/** Longest time that a process may take to finish its work after SIGTERM, in ms: Kubernetes waits for 30 s. */
const drainLimitMs = 25_000;
/** From one change to the next, in ms: a rebalance is in progress or just over. */
const rhythmMs = 2000;
/** Longer than a Kafka session (6 s) and a relay's lease (3 s). */
const hangMs = 8000;

let world: World;
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
}, 180_000);
afterAll(() => world?.close(), 60_000);

test('two processes of each worker share the work; one leaves and joins in the middle of the load, in order and by SIGKILL', async () => {
  const load = startLoad(world, { perSecond: 40, seconds: 90 });
  await untilGrows(world, 'payments', evidence['capture-payment']);
  const drained = await world.terminate('back-b');
  tell(`back-b: drained in ${seconds(drained.tookMs)} under load`);
  expect(drained.exitCode).toBe(0);
  expect(drained.tookMs).toBeLessThan(drainLimitMs);
  tell(`back-b drained: every partition goes on ${seconds(await untilAllPartitionsGoOn(world))} later`);
  await world.platform.start('back-b');
  await sleep(rhythmMs);
  await world.platform.kill('back-a');
  tell(`back-a killed: every partition goes on ${seconds(await untilAllPartitionsGoOn(world))} later`);
  await world.platform.start('back-a');
  await sleep(rhythmMs);
  const placed = await load.stop();
  await allEnded(world, placed);
  await world.expectClean();
}, 240_000);

test('a process that hangs in a transaction for longer than its session and its leases, and then goes on, does nothing twice', async () => {
  const load = startLoad(world, { perSecond: 40, seconds: 90 });
  await untilGrows(world, 'payments', evidence['capture-payment']);
  const hung = world.platform.processes.find(({ name }) => name === 'back-a');
  if (!hung) throw new Error('back-a does not run');
  try {
    await hangInTransaction(hung.pid);
    const [goesOn] = await Promise.all([
      untilAllPartitionsGoOn(world),
      sleep(hangMs), // what it holds is given to the other one meanwhile
    ]);
    tell(`back-a hangs: every partition goes on ${seconds(goesOn)} later`);
  } finally {
    process.kill(hung.pid, 'SIGCONT');
  }
  await sleep(rhythmMs);
  await allEnded(world, await load.stop());
  await world.expectClean();
}, 240_000);

/** Stops the process at a moment when it works on the stock: the others need the rows that it has locked. */
async function hangInTransaction(pid: number): Promise<void> {
  await waitFor(
    'the process to hang in a transaction on the stock',
    async () => {
      process.kill(pid, 'SIGSTOP');
      await sleep(400); // the transactions of the others are over by then
      const open = rowsOf(`pg_stat_activity where datname = current_database()
        and query ~ 'inventory.(stock|reservations)' and state = 'idle in transaction' and state_change < clock_timestamp() - interval '300 milliseconds'`);
      if ((await open(world)) > 0) return true;
      process.kill(pid, 'SIGCONT');
      return false;
    },
    { timeoutMs: 60_000 },
  );
}

test('a gateway that is told to end answers what it has begun: no customer notices', async () => {
  const load = startLoad(world, { perSecond: 60, seconds: 90 });
  await untilGrows(world, 'orders', evidence.order);
  const drained = await world.terminate('gateway-a');
  tell(`gateway-a: drained in ${seconds(drained.tookMs)} under load`);
  expect(drained.exitCode).toBe(0);
  expect(drained.tookMs).toBeLessThan(drainLimitMs);
  await allEnded(world, await load.stop());
  await world.platform.start('gateway-a');
  await world.expectClean();
}, 180_000);

test('a client that waits for the outcome is answered when its gateway is told to end, and so is one that follows the order', async () => {
  const { host, ports } = world.stack;
  const setMode = (mode: object | null) =>
    fetch(`${world.sources.providerUrl}/v1/mode`, { method: 'PUT', body: JSON.stringify(mode) });
  await setMode({ kind: 'error' }); // so that no outcome comes
  try {
    const { userId, lines } = nextOrder(world);
    const authorization = `Bearer ${await signToken(world.stack.authSecret, { userId, roles: [] })}`;
    const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`http://${host}:${ports.gateway}${path}`, {
        ...init,
        headers: {
          authorization,
          'content-type': 'application/json',
          'idempotency-key': 'waits',
          prefer: 'wait=30',
        },
      });
    const body = JSON.stringify({ lines, paymentToken: 'tok_approve', shipTo });
    const waiting = ask('/v1/orders', { method: 'POST', body });
    const orderId = orderIdOf(userId as UserId, 'waits');
    const placedRows = rowsOf(`orders.events where stream_id = '${orderId}'`);
    await waitFor('the order', async () => (await placedRows(world)) > 0, { timeoutMs: 10_000 });
    const following = await ask(`/v1/orders/${orderId}/events`);
    const text = following.text();
    await sleep(300);
    const drained = await world.terminate('gateway-a');
    tell(`gateway-a: drained in ${seconds(drained.tookMs)} while clients waited`);
    expect(drained.tookMs).toBeLessThan(4000);
    const answer = await waiting;
    expect(answer.status).toBe(202);
    const placed = acceptedOrder.parse(await answer.json());
    expect(placed.orderId).toBe(orderId);
    expect(await text).toContain('event: OrderPlaced');
    await setMode(null);
    await world.platform.start('gateway-a');
    await allEnded(world, [placed]);
    await world.expectClean([placed]);
  } finally {
    await setMode(null);
  }
}, 180_000);

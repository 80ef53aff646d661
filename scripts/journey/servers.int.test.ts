import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killProcess, redisRoles, startServer, stopServer } from '../stack/index.ts';
import { waitFor } from '../stack/wait.ts';
import {
  allEnded,
  countWith,
  events,
  evidence,
  seconds,
  tell,
  untilGrows,
  type Evidence,
} from './conditions.ts';
import { nextOrder, startLoad } from './load.ts';
import { openWorld, type World } from './world.ts';

const isPaid = events('orders', 'OrderPaid');
/** Each test ends its load when all is well again. */
const load = { perSecond: 40, seconds: 90 } as const;
/** How long a server is away while orders come in, in ms. */
const outageMs = 4000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 180_000);
afterAll(() => world?.close(), 60_000);

/** Tells how long after `since` the count went on. */
async function tellRecovery(fault: string, count: Evidence, since: number): Promise<void> {
  await untilGrows(world, fault, count);
  tell(`${fault}: orders are paid again ${seconds(performance.now() - since)} after it was back`);
}

test('Kafka is stopped and started again under load', async () => {
  const running = startLoad(world, load);
  await untilGrows(world, 'payments', isPaid);
  await stopServer(world.stack, 'kafka');
  await sleep(outageMs);
  const before = performance.now();
  await startServer(world.stack, 'kafka');
  tell(`Kafka: started in ${seconds(performance.now() - before)}`);
  await tellRecovery('Kafka stopped', isPaid, performance.now());
  await allEnded(world, await running.stop());
  await world.expectClean();
}, 240_000);

test('PostgreSQL crashes under load and recovers from its log', async () => {
  const running = startLoad(world, load);
  await untilGrows(world, 'payments', isPaid);
  await killProcess(world.stack, 'postgres', 'SIGKILL');
  await startServer(world.stack, 'postgres');
  await tellRecovery('PostgreSQL killed', isPaid, performance.now());
  await allEnded(world, await running.stop());
  await world.expectClean();
}, 240_000);

test('a master of the Redis cluster is killed under load, and comes back as a replica', async () => {
  const running = startLoad(world, load);
  await untilGrows(world, 'payments', isPaid);
  const master = (await redisRoles(world.stack)).find(({ role }) => role === 'master');
  if (!master) throw new Error('the cluster has no master');
  await killProcess(world.stack, master.name, 'SIGKILL');
  const killedAt = performance.now();
  const longestMs = await longestPause(isPaid, () => mastersAre(3, master.name));
  tell(`Redis master killed: failover after ${seconds(performance.now() - killedAt)}`);
  tell(`Redis master killed: the longest time without a payment was ${seconds(longestMs)}`);
  await startServer(world.stack, master.name);
  expect(await redisRoles(world.stack)).toContainEqual({ name: master.name, role: 'replica' });
  // The wake-ups that Redis carries are hints: without them a poll finds the work.
  expect(longestMs).toBeLessThan(3000);
  await allEnded(world, await running.stop());
  await world.expectClean();
}, 240_000);

test('orders go on while MongoDB is away, and the read model catches up', async () => {
  await stopServer(world.stack, 'mongo');
  const placed = await startLoad(world, { perSecond: 30, seconds: 6 }).done;
  await allEnded(world, placed);
  expect(await countWith(world, placed, 'OrderPaid')).toBe(placed.length);
  const before = performance.now();
  await startServer(world.stack, 'mongo');
  tell(`MongoDB: started in ${seconds(performance.now() - before)}`);
  const back = performance.now();
  const count = evidence['project-order-history'];
  await waitFor(
    'the read model to catch up',
    async () => (await count(world)) === world.shop.acknowledged.length,
    {
      timeoutMs: 90_000,
    },
  );
  tell(`MongoDB away: the read model was complete ${seconds(performance.now() - back)} after it was back`);
  await world.expectClean();
}, 240_000);

test('MongoDB is killed under load, and has kept what it had acknowledged', async () => {
  const projected = evidence['project-order-history'];
  const running = startLoad(world, load);
  for (let time = 1; time <= 3; time += 1) {
    await untilGrows(world, 'the read model', projected);
    await killProcess(world.stack, 'mongo', 'SIGKILL');
    await startServer(world.stack, 'mongo');
  }
  await tellRecovery('MongoDB killed', isPaid, performance.now());
  await allEnded(world, await running.stop());
  await world.expectClean();
}, 240_000);

test('a process ends in bounded time while Kafka is away, whether it runs or is just starting', async () => {
  await stopServer(world.stack, 'kafka');
  const ran = await world.terminate('back');
  tell(`Kafka away: a running process drained in ${seconds(ran.tookMs)}`);
  const starting = world.platform.start('back').catch((error: unknown) => error);
  const metricsUrl = `http://${world.stack.host}:${world.stack.ports.metrics[1]}/livez`;
  await waitFor('the process to be there', async () => (await fetch(metricsUrl)).ok, { timeoutMs: 30_000 });
  const began = await world.terminate('back');
  tell(`Kafka away: a starting process drained in ${seconds(began.tookMs)}`);
  expect(await starting).toBeInstanceOf(Error);
  await startServer(world.stack, 'kafka');
  await world.platform.start('back');
  await allEnded(world, [await world.shop.place(nextOrder(world))]);
  expect([ran.exitCode, began.exitCode]).toEqual([0, 0]);
  expect(Math.max(ran.tookMs, began.tookMs)).toBeLessThan(25_000);
  await world.expectClean();
}, 180_000);

async function mastersAre(count: number, without: string): Promise<boolean> {
  const masters = (await redisRoles(world.stack)).filter(
    ({ name, role }) => role === 'master' && name !== without,
  );
  return masters.length === count;
}

/** The longest time in which the count stood still, in ms, until the condition holds and the count has grown once more. */
async function longestPause(count: Evidence, until: () => Promise<boolean>): Promise<number> {
  let [latest, grewAt, longestMs] = [await count(world), performance.now(), 0];
  let holds = false;
  await waitFor(
    'the failover and the next payment',
    async () => {
      const now = await count(world);
      longestMs = Math.max(longestMs, performance.now() - grewAt);
      const grew = now > latest;
      if (grew) [latest, grewAt] = [now, performance.now()];
      const done = holds && grew;
      holds ||= await until();
      return done;
    },
    { timeoutMs: 30_000 },
  );
  return longestMs;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processGroups, type ProcessGroup } from '../../environments/local.ts';
import { allEnded, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { startLoad } from './load.ts';
import { openWorld, type World } from './world.ts';

const gateways = ['order', 'payment', 'inventory', 'shipping', 'product', 'user'];
const parts = processGroups.flatMap((group) => group.parts).filter((part) => !gateways.includes(part));
const groups: readonly ProcessGroup[] = [
  { name: 'gateway-a', parts: gateways },
  { name: 'gateway-b', parts: gateways, port: 'gatewayB' },
  { name: 'back-a', parts },
  { name: 'back-b', parts },
];
/** Longest time that a process may take to finish its work after SIGTERM, in ms: Kubernetes waits for 30 s. */
const drainLimitMs = 25_000;
/** From one change to the next, in ms: a rebalance is in progress or just over. */
const rhythmMs = 2000;

let world: World;
beforeAll(async () => {
  world = await openWorld({ groups, gateways: ['gateway', 'gatewayB'] });
}, 180_000);
afterAll(() => world?.close(), 60_000);

test('two processes of each worker share the work; one leaves and joins in the middle of the load, in order and by SIGKILL', async () => {
  const load = startLoad(world, { perSecond: 40, seconds: 16 });
  await untilGrows(world, 'payments', evidence['capture-payment']);
  const drained = await world.terminate('back-b');
  tell(`back-b: drained in ${seconds(drained.tookMs)} under load`);
  expect(drained.exitCode).toBe(0);
  expect(drained.tookMs).toBeLessThan(drainLimitMs);
  tell(`back-b drained: the other one goes on ${seconds(await untilGrows(world, 'back-a', evidence['advance-order']))} later`);
  await world.platform.start('back-b');
  await sleep(rhythmMs);
  await world.platform.kill('back-a');
  tell(`back-a killed: the other one goes on ${seconds(await untilGrows(world, 'back-b', evidence['advance-order']))} later`);
  await world.platform.start('back-a');
  const placed = await load.done;
  await allEnded(world, placed);
  await world.expectClean();
}, 240_000);

test('a gateway that is told to end answers what it has begun: no customer notices', async () => {
  const load = startLoad(world, { perSecond: 60, seconds: 6 });
  await untilGrows(world, 'orders', evidence.order);
  const drained = await world.terminate('gateway-a');
  tell(`gateway-a: drained in ${seconds(drained.tookMs)} under load`);
  expect(drained.exitCode).toBe(0);
  expect(drained.tookMs).toBeLessThan(drainLimitMs);
  await allEnded(world, await load.done);
  await world.platform.start('gateway-a');
  await world.expectClean();
}, 180_000);

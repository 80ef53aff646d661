import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketOf } from '../../domain/ids.ts';
import type { RebuildReport } from '../rebuild-order-history.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, evidence, seconds, tell, untilGrows } from './conditions.ts';
import { startLoad } from './load.ts';
import { openWorld, type World } from './world.ts';

const load = { perSecond: 40, seconds: 120 } as const;

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 180_000);
afterAll(() => world?.close(), 60_000);

const rebuild = (...args: readonly string[]) =>
  execa(join(import.meta.dirname, '../rebuild'), ['order-history', '--stack', 'test', ...args], {
    env: { MERIDIAN_PORT_OFFSET: String(world.stack.portOffset) },
    reject: false,
  });

type Document = {
  readonly _id: string;
  readonly total_minor: number;
  readonly latest: { readonly status: string };
};
const documents = () => world.sources.mongo.collection<Document>('order_history');

/** Orders that are at their end, by bucket: nothing is written to their documents any more. */
async function endedByBucket(): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = await documents()
    .find({ 'latest.status': 'shipped' })
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  return Map.groupBy(
    found.map(({ _id: orderId }) => orderId),
    (orderId) => bucketOf(orderId, world.stack.partitions),
  );
}

/** A wrong status, a wrong total and a document that is gone, in the first bucket and in the last; and one of no order. */
async function damage() {
  const ended = await endedByBucket();
  const [first, last] = [ended.get(0) ?? [], ended.get(world.stack.partitions - 1) ?? []];
  for (const [status, total, gone] of [first, last]) {
    await documents().updateOne({ _id: status! }, { $set: { 'latest.status': 'placed' } });
    await documents().updateOne({ _id: total! }, { $inc: { total_minor: 1 } });
    await documents().deleteOne({ _id: gone! });
  }
  await documents().insertOne({ _id: 'ord_nobody', total_minor: 1, latest: { status: 'placed' } });
  return { first: first.slice(0, 3), last: last.slice(0, 3) };
}

async function statusesOf(orderIds: readonly string[]): Promise<readonly (string | undefined)[]> {
  const found = await documents()
    .find({ _id: { $in: [...orderIds] } })
    .toArray();
  return orderIds.map((orderId) => found.find(({ _id: id }) => id === orderId)?.latest.status);
}

test('the order history is mended while orders are placed and projected; a rebuild that is killed is run again', async () => {
  const running = startLoad(world, load);
  const enough = async (): Promise<boolean> => {
    const ended = await endedByBucket();
    return [0, world.stack.partitions - 1].every((bucket) => (ended.get(bucket)?.length ?? 0) >= 3);
  };
  await waitFor('ended orders in the first and in the last bucket', enough, { timeoutMs: 60_000 });
  const { first, last } = await damage();

  const killed = rebuild('--json');
  // Its first line comes after its first bucket.
  killed.stderr.once('data', () => killed.kill('SIGKILL'));
  expect((await killed).signal).toBe('SIGKILL');
  expect(await statusesOf(first)).toEqual(['shipped', 'shipped', 'shipped']);
  expect(await statusesOf(last)).toEqual(['placed', 'shipped', undefined]);

  const before = world.shop.acknowledged.length;
  const { exitCode, stdout } = await rebuild('--json');
  expect(world.shop.acknowledged.length).toBeGreaterThan(before);
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as RebuildReport;
  expect(report).toMatchObject({ strays: 1, before: { differing: 2 } });
  expect(report.orders).toBeGreaterThanOrEqual(before);
  // An order that was placed a moment ago may be missing too.
  expect(report.before.missing).toBeGreaterThanOrEqual(1);
  expect(report.before.checksum).not.toBe(report.before.checksumOfEvents);
  tell(`${report.orders} orders rebuilt under load in ${seconds(report.durationMs)}`);
  expect(await statusesOf(last)).toEqual(['shipped', 'shipped', 'shipped']);

  await untilGrows(world, 'the read model', evidence['project-order-history']);
  await allEnded(world, await running.stop());
  await world.expectClean();
}, 240_000);

test('when all is quiet it finds nothing to mend, and tells so in words', async () => {
  const { exitCode, stdout } = await rebuild();
  expect(exitCode).toBe(0);
  const { length } = world.shop.acknowledged;
  expect(stdout).toMatch(
    new RegExp(
      `${length} orders of \\d+ events rebuilt in [\\d.]+ s \\(\\d+/s\\)\n` +
        `the read model before: ${length} documents, and 0 of no order; it was what the events say \\([0-9a-f]{16}\\)$`,
    ),
  );
  await world.expectClean();
}, 180_000);

test('wrong usage and a stack that is away are told by the exit code, in one line', async () => {
  const unknown = await execa(join(import.meta.dirname, '../rebuild'), ['orders'], { reject: false });
  expect([unknown.exitCode, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toMatch(/^error: unknown command 'orders'/);
  const away = await rebuild('--stack', 'bench');
  expect([away.exitCode, away.stdout]).toEqual([1, '']);
  expect(away.stderr).toMatch(
    /^rebuild: mongo did not answer in time \(scripts\/up status shows what runs\)$/,
  );
}, 60_000);

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditReport } from './auditor/index.ts';
import { allEnded } from './journey/conditions.ts';
import { nextOrder } from './journey/load.ts';
import type { PlacedOrder } from './journey/shop-client.ts';
import { openWorld, type World } from './journey/world.ts';
import { startServer, stopServer } from './stack/index.ts';

let world: World;
let folder: string;
let placed: readonly PlacedOrder[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
  world = await openWorld();
  placed = await Promise.all(Array.from({ length: 5 }, () => world.shop.place(nextOrder(world))));
  await allEnded(world, placed);
}, 180_000);
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true });
}, 60_000);

const run = (...args: readonly string[]) =>
  execa(join(import.meta.dirname, 'audit'), ['--stack', 'test', ...args], {
    env: { MERIDIAN_PORT_OFFSET: '4000' },
    reject: false,
  });

async function report(...args: readonly string[]): Promise<AuditReport & { readonly exitCode?: number }> {
  const { exitCode, stdout } = await run('--json', ...args);
  return { ...(JSON.parse(stdout) as AuditReport), ...(exitCode === undefined ? {} : { exitCode }) };
}

/** A file of orders that clients were told of. */
async function fileOf(text: string, name = 'acknowledged.jsonl'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const lineOf = ({ orderId, totalMinor }: { orderId: string; totalMinor?: number }): string =>
  `${JSON.stringify({ orderId, totalMinor })}\n`;

test('0: all is in order, as text and as JSON', async () => {
  const { exitCode, stdout, stderr } = await run();
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/│ history-equals-fold +│ +5 │ +0 │ +0 │ +│/);
  expect(stdout).toMatch(/\nlocal\/us-east clean: 5 orders in [\d.]+ s$/);
  expect(await report()).toMatchObject({ exitCode: 0, verdict: 'clean', orders: 5, unsettled: [], away: [] });
});

/** Holds units of the first SKU for no order. */
const plant = (units: number) =>
  world.sources.postgres.query(
    `update inventory.stock set reserved = reserved + $1
     where (warehouse_id, sku) = (select warehouse_id, sku from inventory.stock order by warehouse_id, sku limit 1)`,
    [units],
  );

test('1: what was planted is named, and nothing else', async () => {
  await plant(1);
  try {
    const { exitCode, stdout } = await run();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/│ stock-reserved +│ +\d+ │ +1 │ +0 │ .*1 reserved, 0 held for orders/);
    const { exitCode: ofJson, verdict, invariants } = await report();
    expect([ofJson, verdict]).toEqual([1, 'violations']);
    const violated = invariants.filter(({ outcome }) => outcome === 'violated');
    expect(violated.map(({ name }) => name)).toEqual(['stock-reserved']);
  } finally {
    await plant(-1);
  }
});

test('3: what needs a system that is away is not checked, the rest is', async () => {
  await stopServer(world.stack, 'mongo');
  try {
    const { exitCode, stdout } = await run();
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/\naway: mongo \(.+\)/);
    expect(stdout).toMatch(/│ history-equals-fold +│ +0 │ not checked │/);
    expect(stdout).toMatch(/│ order-totals +│ +5 │ +0 │/);
    expect(stdout).toMatch(/could-not-check: 5 orders in [\d.]+ s$/);
  } finally {
    await startServer(world.stack, 'mongo');
  }
});

test('2: wrong usage is told in words', async () => {
  const missing = join(folder, 'missing');
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--what'], /^error: unknown option '--what'/],
    [['--settle-ms', 'soon'], /a number of ms, 0 or more/],
    [['--stack', 'prod'], /Allowed choices are dev, test, bench/],
    [['now'], /^error: too many arguments/],
    [['--acknowledged', missing], /^audit: .*no such file.*missing/],
    [['--acknowledged', folder], /^audit: EISDIR/],
    [['--acknowledged', await fileOf('{"orderId":', 'cut')], /^audit: .*cut, line 1: no JSON/],
    [
      ['--acknowledged', await fileOf(`${lineOf(placed[0]!)}{}`)],
      /^audit: .*acknowledged\.jsonl, line 2: orderId/,
    ],
  ];
  for (const [args, words] of wrong) {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout], args.join(' ')).toEqual([2, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
  }
  expect(await run('--help')).toMatchObject({ exitCode: 0, stderr: '' });
});

async function checked(text: string) {
  const { exitCode, invariants } = await report('--acknowledged', await fileOf(text));
  return { exitCode, ...invariants.find(({ name }) => name === 'acknowledged-orders') };
}

test('--acknowledged: each order that a client was told of is there, with its total', async () => {
  const all = placed.map(lineOf).join('');
  expect(await checked(`${all}\n`)).toMatchObject({ exitCode: 0, checked: 5, violations: 0 });
  const lost = placed[0]!.orderId.replace(/.{4}$/, '0000');
  expect(await checked(all + lineOf({ orderId: lost }))).toMatchObject({
    exitCode: 1,
    checked: 6,
    examples: [`${lost}: acknowledged, and has no stream`],
  });
  const [{ orderId, totalMinor }] = placed as readonly [PlacedOrder];
  expect(await checked(lineOf({ orderId, totalMinor: totalMinor + 1 }))).toMatchObject({
    exitCode: 1,
    examples: [`${orderId}: acknowledged with ${totalMinor + 1}, stored with ${totalMinor}`],
  });
});

test('--since-last-clean: the first looks at all and leaves a checkpoint, the next goes on from it', async () => {
  const first = await report('--since-last-clean');
  expect(first).toMatchObject({ exitCode: 0, verdict: 'clean' });
  expect(first.notes).toEqual(['no checkpoint to go on from: all orders are looked at']);
  const next = await report('--since-last-clean');
  expect(next).toMatchObject({ exitCode: 0, verdict: 'clean', notes: [] });
  expect(Date.parse(next.changedSince ?? '')).toBeLessThanOrEqual(Date.parse(first.startedAt));
  expect(await report()).not.toHaveProperty('changedSince');
});

test('--settle-ms: how long it waits until nothing is under way', async () => {
  await world.platform.kill('back');
  const late = await world.shop.place(nextOrder(world));
  // What had happened before an audit began is due, although a worker that is away cannot do it.
  const early = await report('--settle-ms', '0');
  expect(early.exitCode).toBe(1);
  expect(early.unsettled).toContain('orders under way: 1');
  expect(early.durationMs).toBeLessThan(15_000); // what it would wait without the option
  const waiting = report('--settle-ms', '60000');
  await world.platform.start('back');
  expect(await waiting).toMatchObject({ exitCode: 0, orders: 6, unsettled: [] });
  await allEnded(world, [late]);
});

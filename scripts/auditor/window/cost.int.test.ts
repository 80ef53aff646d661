import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, type AuditOptions } from '../index.ts';
import { addHistory, onClient, rowsReadIn } from '../testing/history.ts';
import { openWindowWorld, window, type WindowWorld } from '../testing/window-world.ts';

let world: WindowWorld;
beforeAll(async () => void (world = await openWindowWorld()), 180_000);
afterAll(() => world?.close(), 60_000);

test('costs what is new, however long the history is', async ({ onTestFinished }) => {
  const rowsRead = async (orders: number, options: AuditOptions): Promise<number> => {
    const sources = await world.copy(onTestFinished);
    const url = sources.postgres.options.connectionString ?? '';
    await onClient(url, (client) => addHistory(client, world.shipped, orders));
    const before = await rowsReadIn(url);
    const report = await audit(sources, options);
    expect(report.orders).toBe(options.sinceLastClean ? 2 : orders + 7);
    if (options.sinceLastClean) expect(report.verdict).toBe('clean');
    await sources.postgres.end();
    return (await rowsReadIn(url)) - before;
  };
  const [short, long] = [await rowsRead(2000, window), await rowsRead(8000, window)];
  // What is more lies on the same pages as the new rows.
  expect(long).toBeLessThan(short + 2000);
  expect(long).toBeLessThan(10_000);
  expect(await rowsRead(8000, { settleMs: 0 })).toBeGreaterThan(20 * long);
}, 300_000);

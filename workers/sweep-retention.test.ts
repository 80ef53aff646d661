import { expect, test } from 'vitest';
import { topicRetentionDays } from '../contracts/topics.ts';
import { inboxServices, type Age, type Retention } from '../platform/ports/retention.ts';
import { sweepRetention } from './sweep-retention.ts';

const dayMs = 86_400_000;

/** Tables of so many old rows; whatever is asked of them is kept. */
async function sweep(rows: Readonly<Record<string, number>>, signal = new AbortController().signal) {
  const calls: { table: string; days: number; limit: number }[] = [];
  const leftIn = new Map(Object.entries(rows));
  let beats = 0;
  const prune = (table: string, { keptMs }: Age, limit: number): Promise<number> => {
    calls.push({ table, days: keptMs / dayMs, limit });
    const pruned = Math.min(leftIn.get(table) ?? 0, limit);
    leftIn.set(table, (leftIn.get(table) ?? 0) - pruned);
    return Promise.resolve(pruned);
  };
  const retention: Retention = {
    pruneInbox: prune,
    pruneActivity: (age, limit) => prune('activity', age, limit),
  };
  await sweepRetention.run({
    retention,
    now: new Date(),
    signal,
    region: 'us-east',
    partitions: 12,
    transaction: () => Promise.reject(new Error('needs none')),
    beat: () => void (beats += 1),
  });
  expect(beats).toBe(calls.length); // each batch is a step
  return { calls, leftIn };
}

test('an inbox is kept for as long as a message, or its dead letter, can come again; activity for its window', async () => {
  const { calls } = await sweep({});
  expect(calls.map(({ table }) => table)).toEqual([...inboxServices, 'activity']);
  for (const { table, days } of calls)
    if (table === 'activity') expect(days).toBe(2);
    else expect(days).toBeGreaterThan(2 * topicRetentionDays);
});

test('goes on batch by batch until there is nothing more', async () => {
  const { calls, leftIn } = await sweep({ analytics: 12_000, activity: 5000 });
  expect(calls.filter(({ table }) => table === 'analytics')).toHaveLength(3);
  expect(calls.filter(({ table }) => table === 'activity')).toHaveLength(2);
  expect(leftIn.get('analytics')).toBe(0);
});

test('leaves the rest of very many to the next run, and all of it when the process ends', async () => {
  const { calls, leftIn } = await sweep({ analytics: 1e9, activity: 1 });
  expect(calls.length).toBeLessThan(40);
  expect(leftIn.get('activity')).toBe(0);
  expect((await sweep({ analytics: 1e9 }, AbortSignal.abort())).calls).toEqual([]);
});

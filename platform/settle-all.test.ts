import { expect, test } from 'vitest';
import { PermanentError, TransientError } from './errors.ts';
import { settleAll } from './settle-all.ts';

const items = ['a', 'b', 'c'].map((eventId) => ({ eventId }));

test('a slow call does not delay the record of the others', async () => {
  const slow = Promise.withResolvers<string>();
  const records: string[][] = [];
  const all = settleAll(
    items,
    ({ eventId }) => (eventId === 'b' ? slow.promise : Promise.resolve(eventId)),
    async (settled) => {
      records.push(settled.map(({ result }) => result));
      if (records.length === 1) slow.resolve('late');
    },
  );
  await all;
  expect(records).toEqual([['a', 'c'], ['late']]);
});

test('what failed for now is named in one error, after the rest is recorded', async () => {
  const recorded: string[] = [];
  const all = settleAll(
    items,
    async ({ eventId }) => {
      if (eventId === 'b') throw new TransientError('timed-out', 'b', { details: { retryAfterMs: 7 } });
      return eventId;
    },
    async (settled) => void recorded.push(...settled.map(({ result }) => result)),
  );
  await expect(all).rejects.toMatchObject({
    code: 'outcome-unknown',
    details: { eventIds: ['b'], retryAfterMs: 7 },
  });
  expect(recorded).toEqual(['a', 'c']);
});

test('a failure that will not pass comes as it is', async () => {
  const refused = new PermanentError('refused', 'never');
  const all = settleAll(
    items,
    ({ eventId }) => Promise.reject(eventId === 'c' ? refused : new TransientError('timed-out', eventId)),
    async () => {},
  );
  await expect(all).rejects.toBe(refused);
});

test('a record that fails comes out when the calls under way have ended, and nothing is recorded after it', async () => {
  const slow = Promise.withResolvers<string>();
  const failure = new TransientError('postgres-unavailable', 'away');
  const records: string[][] = [];
  let over = false;
  const all = settleAll(
    items,
    ({ eventId }) => (eventId === 'b' ? slow.promise : Promise.resolve(eventId)),
    async (settled) => {
      records.push(settled.map(({ result }) => result));
      throw failure;
    },
  ).finally(() => (over = true));
  const failed = expect(all).rejects.toBe(failure);
  await new Promise((resolve) => setImmediate(resolve));
  expect([over, records]).toEqual([false, [['a', 'c']]]);
  slow.resolve('b');
  await failed;
  expect(records).toEqual([['a', 'c']]);
});

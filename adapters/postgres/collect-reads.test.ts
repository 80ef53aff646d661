import { expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../platform/errors.ts';
import type { StoredEvent, StreamKey } from '../../platform/ports/event-store.ts';
import { collectReads } from './collect-reads.ts';

const key = (streamId: string, bucket = 1): StreamKey => ({ bucket, streamId });
const many = (count: number): StreamKey[] => Array.from({ length: count }, (_, index) => key(String(index)));
const eventsOf = (keys: readonly StreamKey[]) => keys.map(({ streamId }) => [{ streamId } as StoredEvent]);

test('what is asked for at once is one read, and each caller gets its own streams in order', async () => {
  const asked: string[][] = [];
  const read = collectReads(async (keys) => {
    asked.push(keys.map(({ streamId }) => streamId));
    return eventsOf(keys);
  });
  const answers = await Promise.all([
    read([key('a')]),
    read([key('b'), key('c')]),
    read([]),
    read([key('a')]),
  ]);
  expect(asked).toEqual([['a', 'b', 'c', 'a']]);
  expect(answers.map((streams) => streams.map(([event]) => event?.streamId))).toEqual([
    ['a'],
    ['b', 'c'],
    [],
    ['a'],
  ]);
});

test('a database that is away fails all who were in that read, and nobody else', async () => {
  let calls = 0;
  const read = collectReads(async (keys) => {
    calls += 1;
    if (calls === 1) throw new TransientError('away', 'no answer');
    return eventsOf(keys);
  });
  const failed = await Promise.allSettled([read([key('a')]), read([key('b')])]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(read([key('c')])).resolves.toHaveLength(1);
});

test('a stream that cannot be read fails only who asked for it, one after the other', async () => {
  const asked: string[] = [];
  let reading = 0;
  const read = collectReads(async (keys) => {
    asked.push(keys.map(({ streamId }) => streamId).join(''));
    expect(++reading).toBe(1);
    await Promise.resolve();
    reading -= 1;
    if (keys.some(({ streamId }) => streamId === 'b')) throw new PermanentError('unreadable', 'no event');
    return eventsOf(keys);
  });
  const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => read([key(id)])));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(asked).toEqual(['abc', 'a', 'b', 'c']);
});

test('a database that goes away while they are asked for one by one is not asked for the rest', async () => {
  const asked: string[] = [];
  const read = collectReads((keys) => {
    asked.push(keys.map(({ streamId }) => streamId).join(''));
    return Promise.reject(
      keys.length > 1
        ? new PermanentError('unreadable', 'no event')
        : new TransientError('away', 'no answer'),
    );
  });
  const results = await Promise.allSettled(['a', 'b', 'c'].map((id) => read([key(id)])));
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'away' } });
  expect(asked).toEqual(['abc', 'a']);
});

test('by bucket, a shard that fails or hangs fails and holds up nobody of another bucket', async () => {
  const asked: string[][] = [];
  const hanging = Promise.withResolvers<never>();
  const read = collectReads(
    async (keys) => {
      asked.push(keys.map(({ streamId }) => streamId));
      if (keys.some(({ bucket }) => bucket === 1)) throw new TransientError('away', 'no answer');
      return keys.some(({ bucket }) => bucket === 3) ? hanging.promise : eventsOf(keys);
    },
    { byBucket: true },
  );
  const hung = [1, 2, 3].map((at) => read([key(`hung-${at}`, 3)]));
  const results = await Promise.allSettled([
    read([key('a', 1)]),
    read([key('b', 2)]),
    read([key('c', 1)]),
    read([key('d', 2), key('e', 2)]),
    read([key('f', 1), key('g', 2)]),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
  ]);
  expect(asked).toEqual(
    expect.arrayContaining([
      ['a', 'c'],
      ['b', 'd', 'e'],
      ['f', 'g'],
    ]),
  );
  hanging.reject(new TransientError('away', 'no answer'));
  await Promise.allSettled(hung);
});

test('no statement asks for more than 500 streams, save one caller that does', async () => {
  const sizes: number[] = [];
  const read = collectReads(async (keys) => {
    sizes.push(keys.length);
    return eventsOf(keys);
  });
  await Promise.all([read(many(300)), read(many(300)), read(many(900)), read(many(1))]);
  expect(sizes).toEqual([300, 300, 900, 1]);
});

import { expect, test } from 'vitest';
import type { StoredEvent, StreamKey } from '../../platform/ports/event-store.ts';
import { collectReads } from './collect-reads.ts';

const key = (streamId: string): StreamKey => ({ bucket: 1, streamId });
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

test('a failure reaches all who were in that read, and nobody else', async () => {
  let calls = 0;
  const read = collectReads(async (keys) => {
    calls += 1;
    if (calls === 1) throw new Error('away');
    return eventsOf(keys);
  });
  const failed = await Promise.allSettled([read([key('a')]), read([key('b')])]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(read([key('c')])).resolves.toHaveLength(1);
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

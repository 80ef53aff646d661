import { describe, expect, test } from 'vitest';
import type { Append, EventStore, OutboxMessage, StreamKey } from '../../platform/ports/event-store.ts';

/** A message that waits in an outbox, as contracts compare it. */
export type Published = Pick<OutboxMessage, 'topic' | 'key' | 'type' | 'eventId' | 'payload'>;

interface EventStoreUnderTest {
  store: EventStore;
  /** What waits to be published with these keys, in the order in which it was written. */
  outbox(keys: readonly string[]): Promise<readonly Published[]>;
}

const append = (streamId: string, expectedVersion: number, ...types: readonly string[]): Append => ({
  ...key(streamId),
  expectedVersion,
  events: types.map((type) => ({ type, data: { streamId, at: new Date(0), none: undefined } })),
  messages: [],
});

/** What every event store must do; each test has streams of its own. Buckets are 0 to 11. */
export const eventStoreContract = (name: string, open: () => EventStoreUnderTest): void => {
  const typesOf = async (...streamIds: readonly string[]) => {
    const streams = await open().store.read(streamIds.map(key));
    return streams.map((events) => events.map(({ version, type }) => `${version}${type}`));
  };

  describe(`${name} as an event store`, () => {
    test('reads what was appended: JSON, by version from 1, with its place and time', async () => {
      const { store } = open();
      expect(await store.append(append('read', 0, 'A', 'B'))).toEqual({ appended: true, version: 2 });
      expect(await store.append(append('read', 2, 'C'))).toEqual({ appended: true, version: 3 });
      const [events = []] = await store.read([key('read')]);
      const data = { streamId: 'read', at: '1970-01-01T00:00:00.000Z' };
      expect(events).toStrictEqual(
        ['A', 'B', 'C'].map((type, index) => {
          return { ...key('read'), version: index + 1, type, data, recordedAt: expect.any(Date) };
        }),
      );
      expect(Math.abs(events[0]!.recordedAt.getTime() - Date.now())).toBeLessThan(60_000);
    });

    test('who changes what was read changes nothing of the stream', async () => {
      const { store } = open();
      await store.append(append('copy', 0, 'A'));
      const [events = []] = await store.read([key('copy')]);
      Object.assign(events[0]!.data as object, { streamId: 'other' });
      (events as unknown[]).length = 0;
      expect(await store.read([key('copy')])).toMatchObject([[{ data: { streamId: 'copy' } }]]);
    });

    test('answers each key in its place: unknown streams are empty, a key that is asked twice has both', async () => {
      const { store } = open();
      await store.appendAll([append('order-b', 0, 'B'), append('order-a', 0, 'A')]);
      expect(await typesOf('order-a', 'unknown', 'order-b', 'order-a')).toEqual([['1A'], [], ['1B'], ['1A']]);
      expect(await store.read([])).toEqual([]);
      const elsewhere = { ...key('order-a'), bucket: (key('order-a').bucket + 1) % 12 };
      expect(await store.read([elsewhere])).toEqual([[]]);
    });

    test('a conflict shows the event in the place of its first one, and leaves nothing of itself', async () => {
      const { store } = open();
      await store.append(append('conflict', 0, 'A', 'B'));
      const tries: readonly [Append, number | undefined][] = [
        [append('conflict', 0, 'A', 'B'), 1],
        [append('conflict', 1, 'X'), 2],
        [append('conflict', 1, 'X', 'Y', 'Z'), 2],
        [append('conflict', 5, 'X'), undefined],
        [append('never', 1, 'X'), undefined],
      ];
      for (const [again, version] of tries) {
        const existing = version && { ...key('conflict'), version, type: ' AB'[version] };
        const result = await store.append(again);
        if (existing) expect(result).toMatchObject({ appended: false, existing });
        else expect(result).toEqual({ appended: false, existing: undefined });
      }
      expect(await typesOf('conflict', 'never')).toEqual([['1A', '2B'], []]);
    });

    test('of a batch each stream has its result in its place, and a conflict fails only its own', async () => {
      const { store } = open();
      await store.append(append('batch-taken', 0, 'A'));
      const results = await store.appendAll([
        append('batch-z', 0, 'A', 'B'),
        append('batch-taken', 0, 'X'),
        append('batch-gap', 3, 'X'),
        append('batch-a', 0, 'A'),
      ]);
      expect(results).toMatchObject([
        { appended: true, version: 2 },
        { appended: false, existing: { version: 1, type: 'A' } },
        { appended: false, existing: undefined },
        { appended: true, version: 1 },
      ]);
      expect(await typesOf('batch-z', 'batch-taken', 'batch-gap', 'batch-a')).toEqual([
        ['1A', '2B'],
        ['1A'],
        [],
        ['1A'],
      ]);
      expect(await store.appendAll([])).toEqual([]);
    });

    test('a batch that has a stream twice is refused, and nothing of that stream is written', async () => {
      const twice = [append('twice', 0, 'A'), append('twice-other', 0, 'A'), append('twice', 1, 'B')];
      await expect(open().store.appendAll(twice)).rejects.toBeInstanceOf(RangeError);
      expect(await typesOf('twice')).toEqual([[]]);
    });

    test('of many appends at once to one place of a stream one is written, and the others see it', async () => {
      const { store } = open();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.append(append('race', 0, `A${index}`))),
      );
      const winner = results.findIndex(({ appended }) => appended);
      const existing = { version: 1, type: `A${winner}` };
      for (const [index, result] of results.entries())
        expect(result).toMatchObject(
          index === winner ? { appended: true, version: 1 } : { appended: false, existing },
        );
      expect(await typesOf('race')).toEqual([[`1A${winner}`]]);
    });

    test('publishes what was written, in order, and nothing of a conflict', async () => {
      const { store, ...made } = open();
      const publish = { topic: 'order-events', eventIdPrefix: 'orders/' };
      const message = { topic: 'payment-events', key: 'publish', type: 'Told', eventId: 'told/1' };
      const told = { ...message, payload: { n: 1, at: new Date(0) }, occurredAt: new Date() };
      await store.append({ ...append('publish', 0, 'A', 'B'), publish });
      await store.append({ ...append('publish', 2, 'C'), publish, messages: [told] });
      await store.append({ ...append('publish', 2, 'X'), publish, messages: [told] });
      await store.appendAll([{ ...append('publish', 3, 'D'), publish }]);
      const payload = { streamId: 'publish', at: '1970-01-01T00:00:00.000Z' };
      const ofEvent = (type: string, version: number) => {
        return { topic: 'order-events', key: 'publish', type, eventId: `orders/publish/${version}`, payload };
      };
      expect(await made.outbox(['publish'])).toStrictEqual([
        ofEvent('A', 1),
        ofEvent('B', 2),
        ofEvent('C', 3),
        { ...message, payload: { n: 1, at: '1970-01-01T00:00:00.000Z' } },
        ofEvent('D', 4),
      ]);
    });
  });
};

/** The streams of a test are spread over buckets. */
function key(streamId: string): StreamKey {
  return { bucket: Buffer.from(streamId).reduce((sum, byte) => sum + byte, 0) % 12, streamId };
}

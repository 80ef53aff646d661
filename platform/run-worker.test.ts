import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Topic } from '../contracts/topics.ts';
import { PermanentError, TransientError } from './errors.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { SharedPorts } from './ports/index.ts';
import type { ConsumeSettings, DirectMessage, ReceivedMessage } from './ports/messages.ts';
import { runWorker } from './run-worker.ts';
import { defineWorker, type AnyWorker } from './worker.ts';
import { createMemoryTransactions } from '../scripts/testing/memory-transactions.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';

const topic = {
  name: 'order-events',
  crossRegion: true,
  events: { Counted: z.object({ n: z.int() }), Other: z.object({}) },
} as const satisfies Topic;
const out = {
  name: 'audit-events',
  crossRegion: false,
  events: { Doubled: z.object({ n: z.int() }) },
} as const satisfies Topic;

function world() {
  const dead: DirectMessage[] = [];
  let settings: ConsumeSettings | undefined;
  const transactions = createMemoryTransactions();
  const start = (worker: AnyWorker, { oneBucketPerCall = false } = {}) =>
    runWorker(worker, {
      source: {
        consume: async (given) => {
          settings = given;
          return { stop: async () => {} };
        },
      },
      sink: { publish: async (messages) => void dead.push(...messages) },
      transactions,
      shared: {} as SharedPorts,
      logger: silentLogger,
      heartbeats: createHeartbeats(),
      oneBucketPerCall,
      tools: { region: 'us-east', partitions: 12, signal: new AbortController().signal },
      random: () => 0,
    });
  const deliver = (messages: readonly ReceivedMessage[]): Promise<void> => settings!.handle(messages);
  const { outbox } = transactions;
  return { handled: () => transactions.handled(), outbox, dead, start, deliver, settings: () => settings! };
}

const message = (n: number, overrides: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  topic: 'order-events',
  partition: 3,
  offset: String(n),
  key: 'k',
  value: Buffer.from(JSON.stringify({ n })),
  id: `e/${n}`,
  type: 'Counted',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  headers: () => ({ ce_id: `e/${n}`, ce_type: 'Counted' }),
  ...overrides,
});

const seen: number[][] = [];
const base = {
  name: 'double-numbers',
  service: 'orders',
  consumes: topic,
  only: ['Counted'],
  publishes: [out],
  needs: [],
  scale: { min: 1, max: 1, lagPerReplica: 1 },
  retry: { attempts: 3, firstDelayMs: 1 },
} as const;
const doubling = (fail: (numbers: readonly number[]) => void = () => {}) =>
  defineWorker({
    ...base,
    inbox: 'table',
    async handle(events, { record }) {
      const numbers = events.map(({ event }) => event.n);
      seen.push(numbers);
      fail(numbers);
      for (const cause of events)
        record({ topic: 'audit-events', event: { type: 'Doubled', n: cause.event.n * 2 }, cause, key: 'k' });
    },
  }) as AnyWorker;

beforeEach(() => void (seen.length = 0));

describe('runWorker', () => {
  test('where each bucket is on a server of its own, a call has the events of one, in their order', async () => {
    const { start, deliver, handled } = world();
    await start(doubling(), { oneBucketPerCall: true });
    await deliver([message(1), message(2, { partition: 5 }), message(3), message(4, { partition: 5 })]);
    expect(seen).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(handled()).toBe(4);
  });

  test('a batch is one call, its messages carry the trace and an id that follows from the cause', async () => {
    const { start, deliver, outbox, settings } = world();
    await start(doubling());
    expect(settings()).toMatchObject({
      group: 'double-numbers',
      topics: ['order-events'],
      only: new Set(['Counted']),
    });
    await deliver([message(1), message(2)]);
    expect(seen).toEqual([[1, 2]]);
    expect(outbox).toMatchObject([
      {
        eventId: 'double-numbers/e/1/Doubled',
        type: 'Doubled',
        payload: { n: 2 },
        traceparent: message(1).traceparent,
      },
      { eventId: 'double-numbers/e/2/Doubled', payload: { n: 4 } },
    ]);
  });

  test('every event delivered twice, within a batch and after it, has its effect once', async () => {
    const { start, deliver, outbox } = world();
    await start(doubling());
    await deliver([message(1), message(1), message(2)]);
    await deliver([message(2), message(3), message(1)]);
    expect(outbox.map(({ payload }) => payload)).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }]);
  });

  test('poison is dead-lettered with its position and error, whatever is wrong with it, and the rest goes on', async () => {
    const { start, deliver, outbox, dead } = world();
    await start(
      doubling((numbers) => {
        if (numbers.includes(4)) throw new PermanentError('cannot-double', 'four');
      }),
    );
    await deliver([
      message(1),
      message(2, { value: Buffer.from('{') }),
      message(3, { value: Buffer.from('{"n":"three"}') }),
      message(4),
      message(5, { id: undefined }),
      message(6),
    ]);
    expect(outbox.map(({ payload }) => payload)).toEqual([{ n: 2 }, { n: 12 }]);
    const letters = dead.map(({ value }) => JSON.parse(value) as Record<string, unknown>);
    expect(letters.map(({ offset, errorCode }) => [offset, errorCode])).toEqual([
      ['2', 'event-unreadable'],
      ['3', 'event-invalid'],
      ['5', 'event-header-missing'],
      ['4', 'cannot-double'],
    ]);
    expect(letters[0]).toMatchObject({
      consumer: 'double-numbers',
      topic: 'order-events',
      partition: 3,
      key: 'k',
    });
    expect(Buffer.from(String(letters[0]!['valueBase64']), 'base64').toString()).toBe('{');
  });

  test('a failed transaction leaves nothing, and the retry does all of it', async () => {
    const { start, deliver, outbox } = world();
    let failures = 2;
    await start(
      doubling(() => {
        if (failures-- > 0) throw new TransientError('postgres-away', 'no connection');
      }),
    );
    await deliver([message(1), message(2)]);
    expect(seen).toHaveLength(3);
    expect(outbox).toHaveLength(2);
  });

  test('an outage reaches the source, which pauses: as long as an open breaker says', async () => {
    const { start, deliver, settings, dead } = world();
    const open = new TransientError('provider-breaker-open', 'down', { details: { retryAfterMs: 30_000 } });
    await start(
      doubling(() => {
        throw open;
      }),
    );
    await expect(deliver([message(1), message(2)])).rejects.toBe(open);
    expect(seen).toHaveLength(1); // an open breaker is not tried again
    expect(settings().onFailure(open)).toBe(30_000);
    expect(settings().onFailure(new Error('other'))).toBe(500);
    expect(dead).toEqual([]);
  });

  test('an event that alone has no outcome is given up once others succeed meanwhile; those beside it are done', async () => {
    const { start, deliver, dead } = world();
    let calls = 0;
    const worker = defineWorker({
      ...base,
      async handleInSteps(events) {
        if (!events.some(({ eventId }) => eventId === 'e/2')) return;
        calls += 1;
        if (calls === 2) await deliver([message(9)]);
        throw new TransientError('outcome-unknown', 'one call', { details: { eventIds: ['e/2'] } });
      },
    }) as AnyWorker;
    await start(worker);
    await deliver([message(1), message(2), message(3)]);
    expect(calls).toBe(3);
    expect(dead.map(({ id }) => id)).toEqual(['double-numbers/order-events/3/2']);
  });

  test('an outage gives nothing up, though some of the batch were settled before it', async () => {
    const { start, deliver, dead } = world();
    const worker = defineWorker({
      ...base,
      async handleInSteps() {
        throw new TransientError('outcome-unknown', 'one call', { details: { eventIds: ['e/2'] } });
      },
    }) as AnyWorker;
    await start(worker);
    await expect(deliver([message(1), message(2), message(3)])).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
    expect(dead).toEqual([]);
  });
});

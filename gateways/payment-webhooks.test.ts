import { expect, test, vi } from 'vitest';
import { collectReads } from '../adapters/postgres/collect-reads.ts';
import { bucketOf, orderIdOf, userIdOf } from '../domain/ids.ts';
import { decideAll } from '../platform/decide-all.ts';
import { PermanentError, TransientError } from '../platform/errors.ts';
import type { EventStore, StreamKey } from '../platform/ports/event-store.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { createMemoryEventStore } from '../scripts/testing/memory-event-store.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { createWebhookRecorder } from './payment-webhooks.ts';

const partitions = 12;
const anna = userIdOf('us-east', 'anna');
const orders = Array.from({ length: 250 }, (_, index) => orderIdOf(anna, String(index)));
const at = '2026-03-01T12:00:00.000Z';

type Faults = {
  readonly byBucket?: boolean;
  /** What reading or appending streams fails with, when one of them is at fault. */
  readonly reading?: (key: StreamKey) => Error | undefined;
  readonly appending?: (key: StreamKey) => Error | undefined;
  /** Somebody else always writes it first. */
  readonly hot?: () => string | undefined;
};

/** The recorder on streams in memory, whose reads are collected as PostgreSQL's are. */
function recorder({ byBucket = false, reading, appending, hot }: Faults = {}) {
  const store = createMemoryEventStore();
  const failFor = (keys: readonly StreamKey[], faultOf: Faults['reading']): void => {
    const fault = faultOf && keys.map(faultOf).find((error) => error !== undefined);
    if (fault) throw fault;
  };
  const read = vi.fn<EventStore['read']>(async (keys) => {
    failFor(keys, reading);
    return store.read(keys);
  });
  const payments: EventStore = {
    ...store,
    read: collectReads(read, { byBucket }),
    async appendAll(appends) {
      failFor(appends, appending);
      const cold = appends.filter(({ streamId }) => streamId !== hot?.());
      const results = (await store.appendAll(cold)).values();
      return appends.map((append) =>
        cold.includes(append) ? results.next().value! : { appended: false, existing: undefined },
      );
    },
  };
  const record = createWebhookRecorder({ payments, partitions }, silentLogger);
  return {
    read,
    send: (type: string, data: object) => record({ id: `evt_${type}`, type, createdAt: at, data }, undefined),
    request: async (...orderIds: readonly string[]) => {
      const command = {
        type: 'RequestPayment',
        at,
        userId: anna,
        amountMinor: 100,
        currency: 'USD',
      } as const;
      const requests = orderIds.map((orderId) => ({ command: { ...command, orderId } }));
      await decideAll(payments, paymentStream, requests, partitions);
      read.mockClear();
    },
    typesOf: async (orderId: string) => {
      const [events = []] = await store.read([{ bucket: bucketOf(orderId, partitions), streamId: orderId }]);
      return events.map(({ type }) => type);
    },
  };
}

const charge = (orderId: string, amountMinor = 100) =>
  ['charge.succeeded', { orderId, chargeId: 'ch_1', amountMinor }] as const;
const decline = (orderId: string) => ['charge.declined', { orderId, reason: 'card_declined' }] as const;
const refund = (orderId: string) =>
  ['refund.succeeded', { orderId, refundId: 're_1', amountMinor: 40 }] as const;

/** The status of each, or the code of what it failed with. */
async function ends(answers: readonly Promise<{ readonly status: number }>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(answers);
  return settled.map((end) =>
    end.status === 'fulfilled' ? end.value.status : (end.reason as TransientError).code,
  );
}

test('webhooks that come together are one read, and more than a hundred are several', async () => {
  const { read, send } = recorder();
  expect(await ends(orders.map((id) => send(...charge(id))))).toEqual(orders.map(() => 404));
  expect(read.mock.calls.map(([keys]) => keys.length)).toEqual([100, 100, 50]);
});

test('each is answered for itself, whatever it comes to and with how many commands', async () => {
  const [charged, declined, wrong, unknown] = orders as [string, string, string, string];
  const { send, request, typesOf } = recorder();
  await request(charged, declined, wrong);
  const answers = [
    send(...charge(charged)),
    send(...decline(declined)),
    send(...charge(wrong, 200)),
    send(...decline(unknown)),
    send(...refund(charged)),
    send(...charge(declined)),
  ];
  expect(await ends(answers)).toEqual([204, 204, 409, 404, 204, 409]);
  expect(await typesOf(charged)).toEqual([
    'PaymentRequested',
    'PaymentAuthorized',
    'PaymentCaptured',
    'PaymentRefunded',
  ]);
  expect(await typesOf(declined)).toEqual(['PaymentRequested', 'PaymentDeclined']);
  expect([await typesOf(wrong), await typesOf(unknown)]).toEqual([['PaymentRequested'], []]);
});

test('one whose payment cannot be read fails alone', async () => {
  const [bad] = orders;
  const { send } = recorder({
    reading: ({ streamId }) =>
      streamId === bad ? new PermanentError('unreadable', 'an event that nobody wrote') : undefined,
  });
  const few = orders.slice(0, 30);
  expect(await ends(few.map((id) => send(...charge(id))))).toEqual(
    few.map((id) => (id === bad ? 'unreadable' : 404)),
  );
});

const isAway = (orderId: string) => [1, 3].includes(bucketOf(orderId, partitions));

test.each(['reading', 'appending'] as const)(
  'a bucket that is away when %s fails its own webhooks only',
  async (when) => {
    const few = orders.slice(0, 60);
    let begun = false;
    const { send, request, typesOf } = recorder({
      byBucket: true,
      [when]: ({ streamId }: StreamKey) =>
        begun && isAway(streamId) ? new TransientError('postgres-unavailable', 'no answer') : undefined,
    });
    await request(...few);
    begun = true;
    const answers = few.flatMap((id) => [send(...charge(id)), send(...refund(id))]);
    expect(await ends(answers)).toEqual(
      few.flatMap((id) => Array.from({ length: 2 }, () => (isAway(id) ? 'postgres-unavailable' : 204))),
    );
    const lengths = await Promise.all(few.map(async (id) => (await typesOf(id)).length));
    expect(few.filter((_, index) => lengths[index] === 4)).toEqual(few.filter((id) => !isAway(id)));
  },
);

test('a database that is away is asked twice at the most, and all are told so', async () => {
  const { read, send } = recorder({ reading: () => new TransientError('away', 'no answer') });
  const few = orders.slice(0, 30);
  expect(await ends(few.map((id) => send(...charge(id))))).toEqual(few.map(() => 'away'));
  expect(read.mock.calls.length).toBeLessThanOrEqual(2);
});

test('a payment that others always write first fails alone', async () => {
  const [first, hot, last] = orders as [string, string, string];
  let begun = false;
  const { send, request } = recorder({ hot: () => (begun ? hot : undefined) });
  await request(first, hot, last);
  begun = true;
  const answers = [first, hot, last].map((id) => send(...charge(id)));
  expect(await ends(answers)).toEqual([204, 'stream-contended', 204]);
});

test('one of a type that does not concern us shares no failure', async () => {
  const { read, send } = recorder({ reading: () => new TransientError('away', 'no answer') });
  const failing = send(...charge(orders[0]!));
  expect(await send('dispute.created', { any: 'thing' })).toEqual({ status: 204 });
  expect(read).not.toHaveBeenCalled();
  expect(await ends([failing])).toEqual(['away']);
});

import { expect, test, vi } from 'vitest';
import { orderIdOf, userIdOf } from '../domain/ids.ts';
import { PermanentError, TransientError } from '../platform/errors.ts';
import type { EventStore } from '../platform/ports/event-store.ts';
import { createMemoryEventStore } from '../scripts/testing/memory-event-store.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { createWebhookRecorder } from './payment-webhooks.ts';

const orders = Array.from({ length: 30 }, (_, index) =>
  orderIdOf(userIdOf('us-east', 'anna'), String(index)),
);

/** Knows no payment, so that each webhook is answered with 404; `fault` says what reading fails with. */
const recorder = (fault: (orderIds: readonly string[]) => Error | undefined = () => undefined) => {
  const store = createMemoryEventStore();
  const read = vi.fn<EventStore['read']>((keys) => {
    const error = fault(keys.map(({ streamId }) => streamId));
    return error ? Promise.reject(error) : store.read(keys);
  });
  const payments: EventStore = { ...store, read };
  const record = createWebhookRecorder({ payments, partitions: 12 }, silentLogger);
  const webhook = (orderId: string) =>
    record(
      {
        id: `evt_${orderId}`,
        type: 'charge.succeeded',
        createdAt: '2026-03-01T12:00:00.000Z',
        data: { orderId, chargeId: 'ch_1', amountMinor: 1, currency: 'USD' },
      },
      undefined,
    );
  return { read, webhook };
};

test('webhooks that come together are one read', async () => {
  const { read, webhook } = recorder();
  const answers = await Promise.all(orders.map(webhook));
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 404));
  expect(read).toHaveBeenCalledTimes(1);
});

test('one whose payment cannot be read fails alone', async () => {
  const [bad] = orders;
  const { webhook } = recorder((ids) =>
    ids.includes(bad!) ? new PermanentError('unreadable', 'an event that nobody wrote') : undefined,
  );
  const results = await Promise.allSettled(orders.map(webhook));
  expect(results.map(({ status }) => status)).toEqual(
    orders.map((id) => (id === bad ? 'rejected' : 'fulfilled')),
  );
});

test('a database that is away is asked once, and all are told so', async () => {
  const { read, webhook } = recorder(() => new TransientError('away', 'no answer'));
  const results = await Promise.allSettled(orders.map(webhook));
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'away' } });
  expect(read).toHaveBeenCalledTimes(1);
});

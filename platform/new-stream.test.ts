import { expect, test } from 'vitest';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { createMemoryEventStore } from '../scripts/testing/memory-event-store.ts';
import { decideAll } from './decide-all.ts';
import { newStream } from './new-stream.ts';
import type { Append, EventStore } from './ports/event-store.ts';
import { orderStream } from './streams/order-stream.ts';

const command = sampleCommands.PlaceOrder;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('begins a stream just as deciding on the empty one would', async () => {
  const appends: Append[] = [];
  const memory = createMemoryEventStore();
  const store: EventStore = {
    ...memory,
    appendAll(given) {
      appends.push(...given);
      return memory.appendAll(given);
    },
  };
  await decideAll(store, orderStream, [{ command, traceparent }], 12);
  const begun = newStream(orderStream, command, 12, traceparent);
  const [expected] = appends;
  expect(begun).toMatchObject({
    accepted: true,
    append: {
      ...expected,
      messages: expected?.messages.map((message) => ({ ...message, occurredAt: expect.any(Date) })),
    },
    state: { status: 'placed', orderId: command.orderId },
  });
});

test('hands on a refusal', () => {
  expect(newStream(orderStream, { ...command, lines: [] }, 12)).toEqual({
    accepted: false,
    reason: 'order-empty',
  });
});

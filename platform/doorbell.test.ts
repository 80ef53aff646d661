import { expect, test } from 'vitest';
import { createMemoryWake } from '../scripts/testing/memory-wake.ts';
import { createDoorbell } from './doorbell.ts';

const bus = () =>
  createMemoryWake((error) => {
    throw error;
  });
const { signal } = new AbortController();
/** All that was notified has been heard. */
const heard = () => new Promise((resolve) => setImmediate(resolve));

test('a ring ends the wait, and one before the wait is not lost', async () => {
  const wake = bus();
  const doorbell = createDoorbell(wake, 'orders');
  const waiting = doorbell.wait(signal);
  wake.notify({ service: 'orders', buckets: [1] });
  await waiting;
  wake.notify({ service: 'orders', buckets: [2] });
  await heard();
  await doorbell.wait(signal);
});

test('two rings are one answer: the next wait is a wait again', async () => {
  const wake = bus();
  const doorbell = createDoorbell(wake, 'orders');
  wake.notify({ service: 'orders', buckets: [1] });
  wake.notify({ service: 'orders', buckets: [2] });
  await heard();
  await doorbell.wait(signal);
  let ended = false;
  const waiting = doorbell.wait(signal).then(() => (ended = true));
  await heard();
  expect(ended).toBe(false);
  wake.notify({ service: 'orders', buckets: [3] });
  await waiting;
});

test('an abort ends the wait, and close the listening', async () => {
  const wake = bus();
  const doorbell = createDoorbell(wake, 'orders');
  const controller = new AbortController();
  const waiting = doorbell.wait(controller.signal);
  controller.abort();
  await waiting;
  await doorbell.wait(controller.signal);
  doorbell.close();
  expect(wake.listeners('orders')).toBe(0);
});

import { expect, test } from 'vitest';
import { createDoorbell } from './doorbell.ts';
import type { WakeBus } from './ports/wake.ts';

function bus() {
  const listeners = new Set<(buckets: readonly number[]) => void>();
  const wake: WakeBus = {
    notify: ({ buckets }) => listeners.forEach((listener) => listener(buckets)),
    listen(_service, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { wake, listeners };
}
const { signal } = new AbortController();

test('a ring ends the wait, and one before the wait is not lost', async () => {
  const { wake } = bus();
  const doorbell = createDoorbell(wake, 'orders');
  const waiting = doorbell.wait(signal);
  wake.notify({ service: 'orders', buckets: [1] });
  await waiting;
  wake.notify({ service: 'orders', buckets: [2] });
  await doorbell.wait(signal);
});

test('two rings are one answer: the next wait is a wait again', async () => {
  const { wake } = bus();
  const doorbell = createDoorbell(wake, 'orders');
  wake.notify({ service: 'orders', buckets: [1] });
  wake.notify({ service: 'orders', buckets: [2] });
  await doorbell.wait(signal);
  let ended = false;
  const waiting = doorbell.wait(signal).then(() => (ended = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  wake.notify({ service: 'orders', buckets: [3] });
  await waiting;
});

test('an abort ends the wait, and close the listening', async () => {
  const { wake, listeners } = bus();
  const doorbell = createDoorbell(wake, 'orders');
  const controller = new AbortController();
  const waiting = doorbell.wait(controller.signal);
  controller.abort();
  await waiting;
  await doorbell.wait(controller.signal);
  doorbell.close();
  expect(listeners.size).toBe(0);
});

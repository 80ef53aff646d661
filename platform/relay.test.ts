import { expect, test } from 'vitest';
import { outboxServices, relayPaceMs } from './relay.ts';

test.each(['orders', 'payment', 'inventory', 'fraud'] as const)(
  'an order waits little for the events of %s, and no longer than its work costs when there is much',
  (service) => {
    const paces = [1, 50, 200, 1000].map((rows) => relayPaceMs(service, rows));
    expect(paces).toEqual(paces.toSorted((a, b) => a - b));
    expect(paces[0]).toBeLessThan(10);
    expect(paces.at(-1)).toBeLessThan(200);
  },
);

test('what only reports goes out less than three times a second, each within a second', () => {
  const slow = outboxServices.filter((service) => relayPaceMs(service, 1) > 330);
  expect(slow).toEqual(['notification', 'analytics', 'recommendation', 'audit']);
  for (const service of slow) expect(relayPaceMs(service, 1000)).toBeLessThan(1000);
});

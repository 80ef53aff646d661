import { expect, test } from 'vitest';
import { createRelayPace, outboxServices, type OutboxService } from './relay.ts';

const hurried = ['orders', 'payment', 'inventory', 'fraud'] as const;
/** Rows in each outbox of what the journey of one order publishes. */
const ofOneOrder = { orders: 6, payment: 1, inventory: 1, fraud: 1 };

/** The paces of a relay to whose outbox rows come evenly; one pass in the middle is late. */
function pacesAt(service: OutboxService, perSecond: number, lateMs = 0): number[] {
  const pace = createRelayPace(service);
  const paces: number[] = [];
  let [nowMs, lastMs, taken] = [8, 0, 0];
  while (paces.length < 2000) {
    const rows = Math.floor((perSecond * nowMs) / 1000) - taken;
    if (rows > 0) {
      paces.push(pace(rows, nowMs - lastMs));
      lastMs = nowMs;
      taken += rows;
    }
    nowMs += Math.max(paces.at(-1) ?? 0, 3) + (paces.length === 1000 && rows > 0 ? lateMs : 0);
  }
  return paces;
}

test.each(hurried)(
  'an order waits 8 ms at the most for the events of %s at 50 orders a second',
  (service) => {
    expect(new Set(pacesAt(service, 50 * ofOneOrder[service]))).toEqual(new Set([8]));
  },
);

test.each(hurried)('near the limit the passes of %s wait for more, the larger the longer', (service) => {
  for (const orders of [500, 600]) {
    const settled = pacesAt(service, orders * ofOneOrder[service]).at(-1);
    expect(settled).toBe(service === 'orders' ? 160 : 80);
  }
});

test.each(
  hurried.flatMap((service) =>
    [100, 300, 400, 700, 1400, 2400, 4000].map((rate) => [service, rate] as const),
  ),
)('one late pass does not change the pace of %s at an even %i rows a second', (service, perSecond) => {
  const paces = pacesAt(service, perSecond, 600);
  expect(paces.at(-1)).toBe(paces[999]);
});

test('the pace follows the load, up and down', () => {
  const pace = createRelayPace('orders');
  const after = (perSecond: number, ms: number): number =>
    Array.from({ length: ms / 10 }, () => pace(perSecond / 100, 10)).at(-1)!;
  expect([after(300, 2000), after(3600, 2000), after(1200, 2000), after(300, 2000)]).toEqual([8, 160, 40, 8]);
});

test('rows that come together after a quiet time are no load', () => {
  const pace = createRelayPace('inventory');
  expect(pace(200, Infinity)).toBe(8);
  expect(pace(100, 10_000)).toBe(8);
});

test('what only reports goes out less than three times a second, each within a second', () => {
  const slow = outboxServices.filter((service) => createRelayPace(service)(1, 1000) > 330);
  expect(slow).toEqual(['notification', 'analytics', 'recommendation', 'audit']);
  for (const service of slow) expect(pacesAt(service, 10_000).at(-1)).toBeLessThan(1000);
});

import fc from 'fast-check';
import type { HistoryEvent } from '../../platform/ports/order-history.ts';

const types = [
  'OrderStockReserved',
  'OrderFraudCleared',
  'OrderConfirmed',
  'OrderPaid',
  'OrderShipped',
  'OrderDelivered',
  'OrderCancelled',
  'OrderRefundDue',
  'OrderRefunded',
  'OrderReturned',
] as const;

const placed = fc.record({
  currency: fc.constantFrom('EUR', 'JPY'),
  totalMinor: fc.nat(),
  lines: fc.array(
    fc.record({
      sku: fc.string({ minLength: 1, maxLength: 8 }),
      category: fc.constant('shoes'),
      quantity: fc.integer({ min: 1, max: 9 }),
      unitPriceMinor: fc.nat(),
    }),
    { maxLength: 3 },
  ),
});

const instant = fc
  .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2027-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** The stream of one order: it begins with OrderPlaced, what follows is any sequence of the other types. */
const streams: fc.Arbitrary<HistoryEvent[]> = fc
  .tuple(placed, instant, fc.array(fc.tuple(fc.constantFrom(...types), instant), { maxLength: 8 }))
  .map(([data, at, later]) => [
    { version: 1, type: 'OrderPlaced', at, data },
    ...later.map(([type, when], index) => ({ version: index + 2, type, at: when, data: {} })),
  ]);

/** A stream and batches that carry all of it: cut anywhere, in any order, with repeats. */
export const deliveries = streams.chain((events) =>
  fc
    .tuple(
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 6 }),
      fc.array(fc.nat({ max: events.length + 6 }), { maxLength: 4 }),
    )
    .map(([shuffled, repeats, cuts]) => ({ events, batches: cut([...shuffled, ...repeats], cuts) })),
);

function cut(events: readonly HistoryEvent[], at: readonly number[]): HistoryEvent[][] {
  const edges = [0, ...at.toSorted((a, b) => a - b), events.length];
  return edges
    .slice(1)
    .map((end, index) => events.slice(edges[index], end))
    .filter((batch) => batch.length > 0);
}

const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** The first event of an order, so many minutes after the year began. */
export const orderPlaced = (minute = 0): HistoryEvent => ({
  version: 1,
  type: 'OrderPlaced',
  at: time(minute),
  data: { currency: 'EUR', totalMinor: 500, lines: [{ sku: 'a', category: 'shoes', quantity: 2 }] },
});

/** A later event, as many minutes after it as its version says. */
export const orderStep = (version: number, type: string): HistoryEvent => ({
  version,
  type,
  at: time(version),
  data: {},
});

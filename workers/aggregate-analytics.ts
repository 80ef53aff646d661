import { topics, type EventsOn } from '../contracts/topics.ts';
import { parseOrderId } from '../domain/ids.ts';
import type { SalesTotal } from '../platform/ports/sales.ts';
import { wholePod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

/**
 * Sales by day, category and region. The counters are the truth and share the inbox's transaction; their absolute
 * values go to the board before the commit, so that a crash in between repeats a write and loses none.
 */
export const aggregateAnalytics = defineWorker({
  name: 'aggregate-analytics',
  service: 'analytics',
  consumes: topics.orderEvents,
  only: ['OrderPaid'],
  publishes: [topics.analyticsEvents],
  needs: ['sales', 'salesBoard'],
  scale: { min: 12, max: 30, lagPerReplica: 5000 },
  resources: wholePod,
  retry: { attempts: 5, firstDelayMs: 500 },
  maxBatch: 2000,
  maxWaitMs: 1000,
  minBytes: 1024 * 1024,
  inbox: 'table',
  async handle(events, { sales, salesBoard, record, region }) {
    const totals = await sales.add(
      salesOf(
        events.map(({ event }) => event),
        region,
      ),
    );
    await salesBoard.put(totals);
    const cause = events.at(-1)!;
    const at = new Date().toISOString();
    for (const total of totals) {
      const key = `${total.date}/${total.category}/${total.region}/${total.currency}`;
      const event = { type: 'SalesAggregated', ...total, at } as EventsOn<typeof topics.analyticsEvents>;
      record({ topic: topics.analyticsEvents.name, event, cause, key, part: key });
    }
  },
});

type Paid = Extract<EventsOn<typeof topics.orderEvents>, { type: 'OrderPaid' }>;

/** What these orders add, one row for each day, category, home region and currency. */
export function salesOf(orders: readonly Paid[], ownRegion: string): SalesTotal[] {
  const rows = new Map<string, SalesTotal>();
  for (const { orderId, at, currency, totalsByCategory } of orders) {
    const date = at.slice(0, 10);
    const region = parseOrderId(orderId)?.region ?? ownRegion;
    for (const { category, totalMinor } of totalsByCategory) {
      const key = JSON.stringify([date, category, region, currency]);
      const before = rows.get(key) ?? { date, category, region, currency, orders: 0, totalMinor: 0 };
      rows.set(key, { ...before, orders: before.orders + 1, totalMinor: before.totalMinor + totalMinor });
    }
  }
  return [...rows.values()];
}

import { salesOf } from '../../../workers/aggregate-analytics.ts';
import type { SalesTotal } from '../../../platform/ports/sales.ts';
import { orderEventId, type OrderFacts } from '../order/order-facts.ts';
import type { Ask } from '../outside.ts';
import type { Finding, Invariant } from '../report.ts';
import { from, type AuditSources } from '../sources.ts';
import { readBoard } from '../history-documents.ts';

export const salesRecompute: Invariant = {
  name: 'sales-recompute',
  about: 'the sales counters are the sum of the paid orders that were counted',
  needs: ['postgres'],
};
export const boardEqualsSales: Invariant = {
  name: 'board-equals-sales',
  about: 'the sales board is what the counters say',
  needs: ['postgres', 'mongo'],
};

type Amount = Pick<SalesTotal, 'orders' | 'totalMinor'>;
export type SalesByKey = ReadonlyMap<string, Amount>;

const nothing: Amount = { orders: 0, totalMinor: 0 };
const keyOf = ({ date, category, region, currency }: SalesTotal): string =>
  `${date} ${category} ${region} ${currency}`;
const byKey = (totals: readonly SalesTotal[]): SalesByKey =>
  new Map(totals.map((total) => [keyOf(total), { orders: total.orders, totalMinor: total.totalMinor }]));

/**
 * Adds up, order by order, what was counted: one entry for each day, category, region and currency. Of an order so old that
 * the inbox has forgotten it nobody knows whether it was counted or given up: those have a sum of their own.
 */
export function createSalesSum(ownRegion: string) {
  const [sums, forgotten] = [new Map<string, Amount>(), new Map<string, Amount>()];
  return {
    sums: sums as SalesByKey,
    forgotten: forgotten as SalesByKey,
    /** @param isWanted which of its events; all unless given */
    add(facts: OrderFacts, isWanted: (eventId: string) => boolean = () => true): void {
      for (const { version, event } of facts.orderEvents) {
        if (event.type !== 'OrderPaid') continue;
        const eventId = orderEventId(facts.orderId, version);
        if (!isWanted(eventId)) continue;
        const of = facts.aggregated.has(eventId)
          ? sums
          : facts.forgotten.has(eventId)
            ? forgotten
            : undefined;
        if (!of) continue;
        for (const total of salesOf([event], ownRegion))
          of.set(keyOf(total), plus(of.get(keyOf(total)), total));
      }
    },
  };
}

const plus = (sum: Amount = nothing, { orders, totalMinor }: Amount): Amount => ({
  orders: sum.orders + orders,
  totalMinor: sum.totalMinor + totalMinor,
});

/**
 * While orders come in, the counters move on: what was summed lies between what they said before and after. When all
 * is quiet the three are equal, but for what was forgotten.
 */
export function compareSales(
  before: SalesByKey,
  { sums, forgotten }: { readonly sums: SalesByKey; readonly forgotten: SalesByKey },
  after: SalesByKey,
): Finding[] {
  return [...new Set([before, sums, forgotten, after].flatMap((side) => [...side.keys()]))].flatMap((key) => {
    const of = (side: SalesByKey): Amount => side.get(key) ?? nothing;
    const [low, least, high] = [of(before), of(sums), of(after)];
    const most = plus(least, of(forgotten));
    const fits = (field: keyof Amount): boolean => low[field] <= most[field] && least[field] <= high[field];
    return fits('orders') && fits('totalMinor')
      ? []
      : [{ example: `${key}: counted ${textOf(high)}, paid ${textOf(most)}` }];
  });
}

/**
 * The board is written just before the counters are committed: it is never behind them, and ahead only where a commit
 * is under way.
 */
export function compareBoard(before: SalesByKey, board: SalesByKey, after: SalesByKey): Finding[] {
  return [...new Set([...before.keys(), ...board.keys()])].flatMap((key): Finding[] => {
    const [low, is, high] = [before, board, after].map((side) => side.get(key) ?? nothing) as [
      Amount,
      Amount,
      Amount,
    ];
    const example = `${key}: board ${textOf(is)}, counters ${textOf(high)}`;
    if (is.orders < low.orders || is.totalMinor < low.totalMinor) return [{ example }];
    return is.orders > high.orders || is.totalMinor > high.totalMinor ? [{ example, late: true }] : [];
  });
}

/** Both together, of the days from the first one on. */
export function addSales(one: SalesByKey, other: SalesByKey, firstDay: string): SalesByKey {
  const sums = new Map(one);
  for (const [key, amount] of other) sums.set(key, plus(sums.get(key), amount));
  return new Map([...sums].filter(([key]) => key >= firstDay));
}

const textOf = ({ orders, totalMinor }: Amount): string => `${orders} orders of ${totalMinor}`;

/** @param firstDay of what is read; from the beginning unless given */
export async function readSales(
  { postgres }: AuditSources,
  firstDay: string | undefined,
): Promise<SalesByKey> {
  const { rows } = await from('postgres', () =>
    postgres.query<SalesTotal & { orders: string; totalMinor: string }>(
      `select date::text as date, category, region, currency, orders, total_minor as "totalMinor"
       from analytics.sales where date >= coalesce($1::date, '-infinity')`,
      [firstDay ?? null],
    ),
  );
  return byKey(
    rows.map((row) => ({ ...row, orders: Number(row.orders), totalMinor: Number(row.totalMinor) })),
  );
}

/** Undefined when Mongo is away. */
export async function readSalesBoard(
  { mongo }: AuditSources,
  ask: Ask,
  firstDay: string | undefined,
): Promise<SalesByKey | undefined> {
  const totals = await ask('mongo', () => readBoard(mongo, firstDay));
  return totals && byKey(totals);
}

import type { SalesCounters, SalesTotal } from '../../platform/ports/sales.ts';
import type { Queryable } from './queryable.ts';

/** The sales counters; all writers go through the rows in one order and cannot deadlock. */
export function createSalesCounters(client: Queryable): SalesCounters {
  return {
    async add(totals) {
      if (totals.length === 0) return [];
      const added = summed(totals);
      const { rows } = await client.query<
        Omit<SalesTotal, 'orders' | 'totalMinor'> & { orders: string; totalMinor: string }
      >(
        `insert into analytics.sales as s (date, category, region, currency, orders, total_minor)
         select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
           as n(date, category, region, currency, orders, total_minor)
         order by n.date, n.category, n.region, n.currency
         on conflict (date, category, region, currency) do update
           set orders = s.orders + excluded.orders, total_minor = s.total_minor + excluded.total_minor
         returning to_char(date, 'YYYY-MM-DD') as date, category, region, currency, orders,
           total_minor as "totalMinor"`,
        [
          added.map(({ date }) => date),
          added.map(({ category }) => category),
          added.map(({ region }) => region),
          added.map(({ currency }) => currency),
          added.map(({ orders }) => orders),
          added.map(({ totalMinor }) => totalMinor),
        ],
      );
      return rows.map(({ orders, totalMinor, ...row }) => ({
        ...row,
        orders: Number(orders),
        totalMinor: Number(totalMinor),
      }));
    },
  };
}

/** One row a counter: a statement cannot change a row twice. */
function summed(totals: readonly SalesTotal[]): readonly SalesTotal[] {
  const rows = new Map<string, SalesTotal>();
  for (const total of totals) {
    const key = JSON.stringify([total.date, total.category, total.region, total.currency]);
    const before = rows.get(key);
    rows.set(key, {
      ...total,
      orders: total.orders + (before?.orders ?? 0),
      totalMinor: total.totalMinor + (before?.totalMinor ?? 0),
    });
  }
  return [...rows.values()];
}

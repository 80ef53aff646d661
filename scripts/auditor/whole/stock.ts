import type { WholeInvariant } from './invariant.ts';
import { readWhole } from './read-whole.ts';

type Row = {
  readonly warehouse_id: string;
  readonly sku: string;
  readonly is: string;
  readonly should_be: string;
  readonly total: number;
};

export const stockWithinBounds = overStock(
  'stock-within-bounds',
  '0 <= reserved <= on hand, of each SKU in each warehouse',
  `select warehouse_id, sku, reserved as is, on_hand as should_be,
    not (0 <= reserved and reserved <= on_hand) as wrong
   from inventory.stock`,
  (row) => `${row.is} reserved of ${row.should_be} on hand`,
);

const allocated = (status: string): string =>
  `select a ->> 'warehouseId' as warehouse_id, a ->> 'sku' as sku, sum((a ->> 'quantity')::bigint) as units
   from inventory.reservations r cross join lateral jsonb_array_elements(r.allocations) a
   where r.status = '${status}' group by 1, 2`;

export const stockReserved = overStock(
  'stock-reserved',
  'what is reserved is the sum of the held allocations',
  `select coalesce(s.warehouse_id, h.warehouse_id) as warehouse_id, coalesce(s.sku, h.sku) as sku,
    coalesce(s.reserved, 0) as is, coalesce(h.units, 0) as should_be,
    coalesce(s.reserved, 0) <> coalesce(h.units, 0) as wrong
   from inventory.stock s full join (${allocated('held')}) h using (warehouse_id, sku)`,
  (row) => `${row.is} reserved, ${row.should_be} held for orders`,
);

export const stockConserved = overStock(
  'stock-conserved',
  'units received = on hand + booked out; units that came back of an order are on hand again',
  `select warehouse_id, sku, sum(received) as is, sum(accounted) as should_be, sum(received) <> sum(accounted) as wrong
   from (
     select warehouse_id, sku, 0 as received, on_hand as accounted from inventory.stock
     union all select warehouse_id, sku, 0, units from (${allocated('committed')}) c
     union all select warehouse_id, sku, sum(quantity), 0 from inventory.receipts
       where receipt_id not like 'return/%' group by 1, 2
   ) movements group by warehouse_id, sku`,
  (row) => `${row.is} received, ${row.should_be} on hand and booked out`,
);

/** One statement, and so one moment; PostgreSQL adds up, and only wrong rows come over. */
function overStock(name: string, about: string, rows: string, text: (row: Row) => string): WholeInvariant {
  return {
    name,
    about,
    needs: ['postgres'],
    async *check({ postgres }) {
      const read = await readWhole<Row & { wrong: boolean }>(
        postgres,
        `with rows as (${rows}), total as (select count(*)::int as total from rows)
           select total.total, r.* from total left join lateral
             (select * from rows where wrong order by warehouse_id, sku limit 1000) r on true`,
      );
      yield {
        checked: read[0]?.total ?? 0,
        findings: read
          .filter(({ wrong }) => wrong)
          .map((row) => ({ example: `${row.sku} in ${row.warehouse_id}: ${text(row)}` })),
      };
    },
  };
}

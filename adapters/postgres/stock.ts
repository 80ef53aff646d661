import { decideStock, type Receipt, type Reservation, type Stock } from '../../domain/inventory/inventory.ts';
import type { PlacedStockCommand, StockRepository } from '../../platform/ports/stock.ts';
import { rowsByBucket } from './by-bucket.ts';
import { rowsOf, type Queryable } from './queryable.ts';
import { writeStock } from './stock-writes.ts';

/** The stock of one transaction in two round trips: one that locks and reads, one that writes what changed. */
export function createStockRepository(client: Queryable): StockRepository {
  return {
    async decideAll(placed) {
      if (placed.length === 0) return [];
      const buckets = bucketsByOrder(placed);
      const receipts = receiptsIn(placed);
      const before = await lockStock(client, placed, buckets, receipts);
      const { stock: after, decisions } = decideStock(
        placed.map(({ command }) => command),
        before,
      );
      await writeStock(client, { before, after, buckets });
      return decisions;
    },
  };
}

/**
 * One index probe for each order: as a plain join the planner may rather read a whole table that is not large yet. Both
 * statements are exported for the test that counts the rows they scan.
 */
export const lockReservationsStatement = `select r.order_id as "orderId", r.status, r.allocations
  from unnest($1::int[], $2::text[]) as k(bucket, order_id)
  cross join lateral (
    select * from inventory.reservations
    where bucket = k.bucket and order_id = k.order_id /* one bucket: and bucket = $bucket */ limit 1 for update
  ) r`;
export const lockRowsStatement = `select s.warehouse_id as "warehouseId", s.sku, s.on_hand as "onHand", s.reserved
  from inventory.stock s
  where s.sku = any (array(
    select unnest($1::text[])
    union
    select a.sku from unnest($2::int[], $3::text[]) as k(bucket, order_id)
    cross join lateral (
      select allocations from inventory.reservations where bucket = k.bucket and order_id = k.order_id limit 1
    ) r
    cross join lateral jsonb_to_recordset(r.allocations) as a(sku text)
  ))
  order by s.warehouse_id, s.sku
  for update`;

/**
 * Every transaction locks its reservations first and then its stock, both in one order. The second statement sees at least
 * the reservations that the first one saw, so the rows of all their SKUs are among those that it locks.
 */
async function lockStock(
  client: Queryable,
  placed: readonly PlacedStockCommand[],
  buckets: ReadonlyMap<string, number>,
  receipts: readonly Receipt[],
): Promise<Stock> {
  const orders = [[...buckets.values()], [...buckets.keys()]] as const;
  const skus = new Set(receipts.map(({ sku }) => sku));
  for (const { command } of placed)
    if (command.type === 'ReserveStock') for (const { sku } of command.lines) skus.add(sku);
  const locked = rowsByBucket<Reservation>(client, lockReservationsStatement, orders);
  const [reservations, booked, rows] = await Promise.all([
    locked,
    receipts.length === 0
      ? []
      : rowsOf<Omit<Receipt, 'quantity'> & { quantity: string }>(
          client,
          `select receipt_id as "receiptId", warehouse_id as "warehouseId", sku, quantity
           from inventory.receipts where receipt_id = any ($1::text[])`,
          [receipts.map(({ receiptId }) => receiptId)],
        ),
    client.byBucket === true
      ? locked.then((held) => lockRowsAfter(client, held, skus))
      : rowsOf<LockedRow>(client, lockRowsStatement, [[...skus], ...orders]),
  ]);
  return {
    reservations,
    receipts: booked.map((receipt) => ({ ...receipt, quantity: Number(receipt.quantity) })),
    rows: rows.map(({ onHand, reserved, ...row }) => ({
      ...row,
      onHand: Number(onHand),
      reserved: Number(reserved),
    })),
  };
}

type LockedRow = { warehouseId: string; sku: string; onHand: string; reserved: string };

/** On Citus the reservations lie on other servers than the stock: what they hold is known after another round trip. */
function lockRowsAfter(
  client: Queryable,
  reservations: readonly Reservation[],
  skus: ReadonlySet<string>,
): Promise<LockedRow[]> {
  const held = reservations.flatMap(({ allocations }) => allocations.map(({ sku }) => sku));
  return rowsOf<LockedRow>(
    client,
    `select s.warehouse_id as "warehouseId", s.sku, s.on_hand as "onHand", s.reserved from inventory.stock s
     where s.sku = any ($1::text[]) order by s.warehouse_id, s.sku for update`,
    [[...new Set([...skus, ...held])]],
  );
}

/** In the order in which every transaction locks them. */
function bucketsByOrder(placed: readonly PlacedStockCommand[]): ReadonlyMap<string, number> {
  const orders = placed.flatMap(({ bucket, command }) =>
    'orderId' in command ? [[command.orderId, bucket] as const] : [],
  );
  return new Map(orders.toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)));
}

function receiptsIn(placed: readonly PlacedStockCommand[]): readonly Receipt[] {
  return placed.flatMap(({ command }) => (command.type === 'ReceiveStock' ? [command] : []));
}

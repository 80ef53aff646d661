import { rowKey, type StockRow } from '../../domain/inventory/allocation.ts';
import type { Receipt, Reservation, Stock } from '../../domain/inventory/inventory.ts';
import { TransientError } from '../../platform/errors.ts';
import { queryByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';

export type StockChange = {
  /** As it was locked. */
  readonly before: Stock;
  readonly after: Stock;
  /** Of each order. */
  readonly buckets: ReadonlyMap<string, number>;
};

/**
 * Writes what changed, one statement a table and all in one round trip. @throws TransientError when another transaction
 * books the same order or receipt: it was not yet to be seen when this one read.
 */
export async function writeStock(client: Queryable, change: StockChange): Promise<void> {
  const { before, after, buckets } = change;
  const knownRows = new Map(before.rows.map((row) => [rowKey(row), row]));
  const rows = Map.groupBy(after.rows, (row) => {
    const known = knownRows.get(rowKey(row));
    if (!known) return 'new';
    return known.onHand === row.onHand && known.reserved === row.reserved ? 'same' : 'changed';
  });
  const knownOrders = new Map(before.reservations.map((reservation) => [reservation.orderId, reservation]));
  const reservations = Map.groupBy(after.reservations, (reservation) => {
    const known = knownOrders.get(reservation.orderId);
    if (!known) return 'new';
    return known.status === reservation.status ? 'same' : 'changed';
  });
  const bookedBefore = new Set(before.receipts.map(({ receiptId }) => receiptId));
  const newReceipts = after.receipts.filter(({ receiptId }) => !bookedBefore.has(receiptId));

  const newReservations = reservations.get('new') ?? [];
  // The rows first, as they are locked first where they exist: who waits for one holds no receipt then.
  const [, , orders, booked] = await Promise.all([
    updateRows(client, rows.get('changed') ?? []),
    insertRows(client, rows.get('new') ?? []),
    insertReservations(client, newReservations, buckets),
    insertReceipts(client, newReceipts),
    updateReservations(client, reservations.get('changed') ?? [], buckets),
  ]);
  if (orders < newReservations.length || booked < newReceipts.length)
    throw new TransientError('postgres-contended', 'another transaction books the same order or receipt');
}

async function insertReservations(
  client: Queryable,
  reservations: readonly Reservation[],
  buckets: ReadonlyMap<string, number>,
): Promise<number> {
  if (reservations.length === 0) return 0;
  const parts = await queryByBucket(
    client,
    `insert into inventory.reservations (bucket, order_id, status, allocations)
     select n.bucket, n.order_id, n.status, n.allocations
     from rows from (unnest($1::int[]), unnest($2::text[]), unnest($3::text[]), jsonb_array_elements($4::jsonb))
       as n(bucket, order_id, status, allocations)
     order by n.bucket, n.order_id
     on conflict do nothing`,
    [
      reservations.map(({ orderId }) => buckets.get(orderId)!),
      reservations.map(({ orderId }) => orderId),
      reservations.map(({ status }) => status),
      { json: reservations.map(({ allocations }) => JSON.stringify(allocations)) },
    ],
  );
  return parts.reduce((sum, { rowCount }) => sum + rowCount, 0);
}

/** An order's allocations never change once they are made: only what became of them does. */
async function updateReservations(
  client: Queryable,
  reservations: readonly Reservation[],
  buckets: ReadonlyMap<string, number>,
): Promise<void> {
  if (reservations.length === 0) return;
  await queryByBucket(
    client,
    // They exist and are locked: this finds each by the primary key, where an update might read the whole table.
    `insert into inventory.reservations (bucket, order_id, status, allocations)
     select n.bucket, n.order_id, n.status, '[]'
     from unnest($1::int[], $2::text[], $3::text[]) as n(bucket, order_id, status)
     on conflict (bucket, order_id) do update set status = excluded.status`,
    [
      reservations.map(({ orderId }) => buckets.get(orderId)!),
      reservations.map(({ orderId }) => orderId),
      reservations.map(({ status }) => status),
    ],
  );
}

async function insertReceipts(client: Queryable, receipts: readonly Receipt[]): Promise<number> {
  if (receipts.length === 0) return 0;
  const { rowCount } = await client.query(
    `insert into inventory.receipts (receipt_id, warehouse_id, sku, quantity)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
       as n(receipt_id, warehouse_id, sku, quantity)
     order by n.receipt_id
     on conflict do nothing`,
    [
      receipts.map(({ receiptId }) => receiptId),
      receipts.map(({ warehouseId }) => warehouseId),
      receipts.map(({ sku }) => sku),
      receipts.map(({ quantity }) => quantity),
    ],
  );
  return rowCount ?? 0;
}

async function updateRows(client: Queryable, rows: readonly StockRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `update inventory.stock s set on_hand = n.on_hand, reserved = n.reserved
     from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as n(warehouse_id, sku, on_hand, reserved)
     where s.warehouse_id = n.warehouse_id and s.sku = n.sku`,
    columnsOf(rows),
  );
}

/** A row that was not there to be locked: where another transaction makes it too, the units of both add up. */
async function insertRows(client: Queryable, rows: readonly StockRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into inventory.stock as s (warehouse_id, sku, on_hand, reserved)
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as n(warehouse_id, sku, on_hand, reserved)
     order by n.warehouse_id, n.sku
     on conflict (warehouse_id, sku) do update
       set on_hand = s.on_hand + excluded.on_hand, reserved = s.reserved + excluded.reserved`,
    columnsOf(rows),
  );
}

function columnsOf(rows: readonly StockRow[]): unknown[] {
  return [
    rows.map(({ warehouseId }) => warehouseId),
    rows.map(({ sku }) => sku),
    rows.map(({ onHand }) => onHand),
    rows.map(({ reserved }) => reserved),
  ];
}

import type { Pool } from 'pg';
import { inTransaction } from '../../../adapters/postgres/pool.ts';
import { bucketOf } from '../../../domain/ids.ts';
import type { Finding } from '../report.ts';
import { from } from '../sources.ts';
import type { Checkpoint } from './checkpoint.ts';

export type StockSums = {
  /** SKUs of warehouses. */
  readonly checked: number;
  readonly findings: readonly Finding[];
  /** For the next checkpoint: the sums before its horizon, and the events whose units are in none. */
  readonly stock: Checkpoint['stock'];
  readonly carried: readonly string[];
};

type Row = Record<'on_hand' | 'received' | 'booked' | 'settled_received' | 'settled_booked', string> & {
  readonly warehouse_id: string;
  readonly sku: string;
};

/**
 * Units received = on hand + booked out, from the sums of a checkpoint and what has happened since. An order's units go
 * after its OrderShipped and come back after its OrderReturned, whose times never change: these say to which side of a
 * horizon a movement belongs. Read in one snapshot. Without a checkpoint over the whole history.
 */
export async function readStockSums(
  postgres: Pool,
  partitions: number,
  before: Checkpoint | undefined,
  horizon: Date,
): Promise<StockSums> {
  const carried = (before?.carried ?? []).map((eventId) => eventId.split('/') as [string, string]);
  const values = [
    before?.horizon ?? '-infinity',
    horizon,
    carried.map(([orderId]) => bucketOf(orderId, partitions)),
    carried.map(([orderId]) => orderId),
    carried.map(([, version]) => Number(version)),
  ];
  const known = before?.stock ?? [];
  const sums = [
    known.map(({ warehouseId }) => warehouseId),
    known.map(({ sku }) => sku),
    known.map(({ received }) => received),
    known.map(({ booked }) => booked),
  ];
  return from('postgres', () =>
    inTransaction(
      postgres,
      async (client) => {
        await client.query(`set local statement_timeout = '1h'`);
        const { rows } = await client.query<Row>(`${moved} ${sumsOf}`, [...values, ...sums]);
        const { rows: left } = await client.query<{ event_id: string }>(`${moved} ${notDone}`, values);
        return { result: toSums(rows, left) };
      },
      'begin isolation level repeatable read read only',
    ),
  );
}

const moved = `with moved as (
    select bucket, stream_id, version, type, recorded_at from orders.events
      where type in ('OrderShipped', 'OrderReturned') and recorded_at >= $1
    union
    select o.bucket, o.stream_id, o.version, o.type, o.recorded_at
      from unnest($3::int[], $4::text[], $5::int[]) as k(bucket, stream_id, version)
      cross join lateral (
        select * from orders.events o where o.bucket = k.bucket and o.stream_id = k.stream_id
          and o.version = k.version and o.type in ('OrderShipped', 'OrderReturned') limit 1
      ) o
  ), fates as (
    select m.*, r.allocations, case m.type when 'OrderShipped' then 1 else -1 end as sign,
      coalesce(r.status = 'returned' or (r.status = 'committed' and m.type = 'OrderShipped'), false) as done
    from moved m left join lateral (
      select status, allocations from inventory.reservations r
      where r.bucket = m.bucket and r.order_id = m.stream_id limit 1
    ) r on true
  )`;

const sumsOf = `select warehouse_id, sku, sum(on_hand) as on_hand, sum(received) as received, sum(booked) as booked,
    sum(settled_received) as settled_received, sum(settled_booked) as settled_booked
  from (
    select warehouse_id, sku, on_hand, 0 as received, 0 as booked, 0 as settled_received, 0 as settled_booked
      from inventory.stock
    union all select w, s, 0, r, b, r, b
      from unnest($6::text[], $7::text[], $8::bigint[], $9::bigint[]) as before(w, s, r, b)
    union all select warehouse_id, sku, 0, quantity, 0, case when received_at < $2 then quantity else 0 end, 0
      from inventory.receipts where received_at >= $1 and receipt_id not like 'return/%'
    union all select a ->> 'warehouseId', a ->> 'sku', 0, 0, sign * (a ->> 'quantity')::bigint, 0,
        case when recorded_at < $2 then sign * (a ->> 'quantity')::bigint else 0 end
      from fates cross join lateral jsonb_array_elements(allocations) a where done
  ) movements group by warehouse_id, sku order by warehouse_id, sku`;

const notDone = `select stream_id || '/' || version as event_id from fates where not done and recorded_at < $2`;

function toSums(rows: readonly Row[], left: readonly { readonly event_id: string }[]): StockSums {
  return {
    checked: rows.length,
    findings: rows.flatMap(({ warehouse_id: warehouse, sku, on_hand: onHand, received, booked }) =>
      BigInt(received) === BigInt(onHand) + BigInt(booked)
        ? []
        : [
            {
              example: `${sku} in ${warehouse}: ${received} received, ${onHand} on hand and ${booked} booked out`,
            },
          ],
    ),
    stock: rows.map((row) => ({
      warehouseId: row.warehouse_id,
      sku: row.sku,
      received: Number(row.settled_received),
      booked: Number(row.settled_booked),
    })),
    carried: left.map(({ event_id: eventId }) => eventId),
  };
}

import type { Pool } from 'pg';
import { inTransaction } from '../../adapters/postgres/pool.ts';
import type { Queryable } from '../../adapters/postgres/queryable.ts';
import type { Allocation } from '../../domain/inventory/allocation.ts';
import type { Reservation } from '../../domain/inventory/inventory.ts';
import type { Posting } from '../../platform/ports/event-store.ts';
import type { OrderFacts } from './order/order-facts.ts';
import { orderEventId, paymentEventId } from './order/order-facts.ts';
import { isPublished } from './order/log.ts';
import type { OrderSelection } from './order-pages.ts';
import { from } from './sources.ts';

export type EventRow = {
  readonly version: number;
  readonly type: string;
  /** JSON as it is stored. */
  readonly json: string;
  readonly recordedAt: Date;
};

/** The rows of one order in all tables, of one moment. */
export type OrderRows = {
  readonly bucket: number;
  readonly orderId: string;
  readonly orders: EventRow[];
  readonly payment: EventRow[];
  readonly shipping: EventRow[];
  readonly postings: Posting[];
  reservation?: { readonly status: Reservation['status']; readonly allocations: readonly Allocation[] };
  saga?: { readonly parked: boolean };
  score?: NonNullable<OrderFacts['score']>;
  readonly mails: {
    readonly step: string;
    readonly status: 'claimed' | 'sent' | 'failed';
    readonly at: Date;
  }[];
  readonly audited: Map<string, string>;
  readonly aggregated: Set<string>;
  readonly learned: Set<string>;
  readonly forgotten: Set<string>;
};

type Keyed<Row> = Row & { readonly bucket: number; readonly order_id: string };

/** Reads orders from every table that is placed by the order, in one snapshot, one round trip for most of it. */
export function readOrders(
  postgres: Pool,
  selection: OrderSelection,
  inboxSince: Date,
): Promise<readonly OrderRows[]> {
  return from('postgres', () =>
    inTransaction(
      postgres,
      async (client) => ({ result: await readSnapshot(client, selection, inboxSince) }),
      'begin isolation level repeatable read read only',
    ),
  );
}

async function readSnapshot(
  client: Queryable,
  selection: OrderSelection,
  inboxSince: Date,
): Promise<readonly OrderRows[]> {
  const orders = new Map<string, OrderRows>();
  const at = ({ bucket, order_id: orderId }: Keyed<object>): OrderRows => {
    let order = orders.get(orderId);
    if (!order) {
      const lists = { orders: [], payment: [], shipping: [], postings: [], mails: [] };
      const sets = {
        aggregated: new Set<string>(),
        learned: new Set<string>(),
        forgotten: new Set<string>(),
      };
      order = { bucket, orderId, ...lists, audited: new Map(), ...sets };
      orders.set(orderId, order);
    }
    return order;
  };
  const selected = selectedBy(selection);
  const rows = async <Row>(columns: string, table: string, id: string, rest = ''): Promise<Keyed<Row>[]> => {
    const result = await client.query<Keyed<Row>>(
      `select t.bucket, t.${id} as order_id, ${columns} from ${selected.from(table, id)} order by t.${id}${rest}`,
      selected.values,
    );
    return result.rows;
  };
  const events = (schema: string): Promise<Keyed<EventRow>[]> =>
    rows(
      'version, type, data::text as json, recorded_at as "recordedAt"',
      `${schema}.events`,
      'stream_id',
      ', version',
    );
  const [orderRows, paymentRows, shipmentRows, postings, reservations, sagas, scores, mails] =
    await Promise.all([
      events('orders'),
      events('payment'),
      events('shipping'),
      rows<{ version: number; account: string; currency: string; amount_minor: string }>(
        'version, account, currency, amount_minor',
        'payment.journal',
        'order_id',
        ', version, line',
      ),
      rows<NonNullable<OrderRows['reservation']>>(
        'status, allocations',
        'inventory.reservations',
        'order_id',
      ),
      rows<{ parked: boolean }>('parked_reason is not null as parked', 'orders.sagas', 'order_id'),
      rows<{ outcome: NonNullable<OrderFacts['score']> }>('outcome', 'fraud.scores', 'order_id'),
      rows<{ step: string; status: 'claimed' | 'sent' | 'failed'; at: Date }>(
        'step, status, coalesce(settled_at, claimed_at) as at',
        'notification.mails',
        'order_id',
        ', step',
      ),
    ]);
  for (const row of orderRows) at(row).orders.push(row);
  for (const row of paymentRows) at(row).payment.push(row);
  for (const row of shipmentRows) at(row).shipping.push(row);
  for (const row of postings) {
    const { version, account, currency, amount_minor: amount } = row;
    at(row).postings.push({ version, account, currency, amountMinor: Number(amount) });
  }
  for (const row of reservations) at(row).reservation = { status: row.status, allocations: row.allocations };
  for (const row of sagas) at(row).saga = { parked: row.parked };
  for (const row of scores) at(row).score = row.outcome;
  for (const row of mails) at(row).mails.push(row);
  await readInboxes(client, [...orders.values()], inboxSince);
  return [...orders.values()];
}

/** A table `t`, as far as it is of these orders. */
function selectedBy(selection: OrderSelection): {
  from(table: string, id: string): string;
  readonly values: unknown[];
} {
  if ('after' in selection) {
    const { after, upTo } = selection;
    return {
      from: (table, id) =>
        `${table} t where t.bucket = $1 and t.${id} > $2 and ($3::text is null or t.${id} <= $3)`,
      values: [after.bucket, after.orderId, upTo?.orderId ?? null],
    };
  }
  return {
    // The limit makes PostgreSQL look each order up, whatever it expects.
    from: (table, id) =>
      `unnest($1::int[], $2::text[]) as k(bucket, order_id) cross join lateral (
         select * from ${table} t where t.bucket = k.bucket and t.${id} = k.order_id limit 10000
       ) t`,
    values: [selection.keys.map(({ bucket }) => bucket), selection.keys.map(({ orderId }) => orderId)],
  };
}

/** The audit entries and the inboxes are placed by event id: read for just the ids that there are. */
async function readInboxes(client: Queryable, orders: readonly OrderRows[], inboxSince: Date): Promise<void> {
  const wanted = orders.flatMap((order) => [
    ...order.orders.map(({ version }) => ({ order, id: orderEventId(order.orderId, version) })),
    ...order.payment
      .filter(({ type }) => isPublished(type))
      .map(({ version }) => ({ order, id: paymentEventId(order.orderId, version) })),
  ]);
  const paid = orders.flatMap((order) =>
    order.orders
      .filter(({ type }) => type === 'OrderPaid')
      .map(({ version, recordedAt }) => ({ order, id: orderEventId(order.orderId, version), recordedAt })),
  );
  const keys = (list: typeof wanted) => [list.map(({ order }) => order.bucket), list.map(({ id }) => id)];
  const taken = (consumer: string, schema: string) =>
    client.query<{ position: string; event_id: string }>(
      `select k.position, i.event_id
       from unnest($1::int[], $2::text[]) with ordinality as k(bucket, event_id, position)
       join ${schema}.inbox i on i.bucket = k.bucket and i.consumer = $3 and i.event_id = k.event_id
         and i.handled_at >= $4`,
      [...keys(paid), consumer, inboxSince],
    );
  const [entries, aggregated, learned] = await Promise.all([
    client.query<{ position: string; event_id: string; data_hash: string }>(
      `select k.position, e.event_id, e.data_hash
       from unnest($1::int[], $2::text[]) with ordinality as k(bucket, event_id, position)
       join audit.entries e on e.bucket = k.bucket and e.event_id = k.event_id`,
      keys(wanted),
    ),
    taken('aggregate-analytics', 'analytics'),
    taken('learn-copurchases', 'recommendation'),
  ]);
  for (const row of entries.rows)
    wanted[Number(row.position) - 1]!.order.audited.set(row.event_id, row.data_hash);
  for (const row of aggregated.rows) paid[Number(row.position) - 1]!.order.aggregated.add(row.event_id);
  for (const row of learned.rows) paid[Number(row.position) - 1]!.order.learned.add(row.event_id);
  for (const { order, id, recordedAt } of paid) if (recordedAt < inboxSince) order.forgotten.add(id);
}

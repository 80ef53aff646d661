import { bucketOf, orderIdOf, userIdOf, type UserId } from '../../domain/ids.ts';
import type { OrderCommand } from '../../domain/order/order-commands.ts';
import type { OrderEvent, OrderPlaced } from '../../domain/order/order-events.ts';
import { orderDecider } from '../../domain/order/order.ts';
import type { LocalStack } from '../../environments/local.ts';
import { dataOf, eventIn } from '../../platform/decide-all.ts';
import { userSeed } from './customers.ts';
import type { Database } from './database.ts';
import type { KnownOrder } from '../load/plan.ts';

const chunk = 5000;
const keptSample = 20_000;

/** An order's whole stream, up to its delivery, made of one that the gateway has placed. */
export async function sampleStream(database: Database): Promise<readonly OrderEvent[]> {
  const [row] = await database.query<{ data: object }>(
    `select data from orders.events where type = 'OrderPlaced' and json_array_length(data->'lines') = 2 limit 1`,
  );
  if (!row) throw new Error('the gateway has stored no order with two lines');
  const placed = eventIn({ type: 'OrderPlaced', data: row.data }) as OrderPlaced;
  const about = { orderId: placed.orderId, at: placed.at };
  const shipmentId = 'shp_0123456789abcdef';
  const commands: OrderCommand[] = [
    { type: 'RecordStockReserved', ...about },
    { type: 'RecordFraudCleared', ...about },
    {
      type: 'RecordPaymentCaptured',
      ...about,
      paymentId: 'ch_0123456789abcdef',
      amountMinor: placed.totalMinor,
    },
    { type: 'ShipOrder', ...about, shipmentId, carrier: 'parcel', trackingCode: '1Z0123456789' },
    { type: 'DeliverOrder', ...about, shipmentId },
  ];
  const events: OrderEvent[] = [placed];
  let order = orderDecider.evolve(orderDecider.initialState, placed);
  for (const command of commands) {
    const decision = orderDecider.decide(command, order);
    if (!decision.accepted) throw new Error(`${command.type} was refused: ${decision.reason}`);
    for (const event of decision.events) order = orderDecider.evolve(order, event);
    events.push(...decision.events);
  }
  return events;
}

/**
 * Fills a table of events with `count` orders like the sample, each of one of the customers, and brings its index and
 * statistics to what they would be. Answers with some of the orders.
 */
export async function fillHistory(
  { partitions }: LocalStack,
  database: Database,
  table: string,
  sample: readonly OrderEvent[],
  count: number,
  users: number,
): Promise<readonly KnownOrder[]> {
  const userIds = Array.from({ length: users }, (_, index) =>
    userIdOf('us-east', `${userSeed}-${index + 1}`),
  );
  const { orderId, userId } = sample[0]!;
  const known: KnownOrder[] = [];
  const index = await dropPrimaryKey(database, table);
  for (let from = 0; from < count; from += chunk) {
    const orders = Array.from({ length: Math.min(chunk, count - from) }, (_, offset) => {
      const user = (from + offset) % users;
      return { user, orderId: orderIdOf(userIds[user] as UserId, `history-${table}-${from + offset}`) };
    });
    await database.query(
      `insert into orders.${table} (bucket, stream_id, version, type, data)
       select o.bucket, o.id, s.version, s.type, replace(replace(s.data, $6, o.id), $7, o.user_id)::json
       from unnest($1::int[], $2::text[], $3::text[]) as o(bucket, id, user_id)
       cross join unnest($4::text[], $5::text[]) with ordinality as s(type, data, version)`,
      [
        orders.map((order) => bucketOf(order.orderId, partitions)),
        orders.map((order) => order.orderId),
        orders.map((order) => userIds[order.user]),
        sample.map(({ type }) => type),
        sample.map((event) => JSON.stringify(dataOf(event))),
        orderId,
        userId,
      ],
    );
    // Spread over all of them, so that what is asked for is not what was written last.
    const every = Math.max(1, Math.ceil(count / keptSample));
    known.push(...orders.filter((_, offset) => (from + offset) % every === 0));
  }
  await database.query(`alter table orders.${table} add ${index}`);
  await database.query(`vacuum analyze orders.${table}`);
  return known;
}

/** An index is built much faster at once than row by row. @returns its definition, as the table had it. */
async function dropPrimaryKey(database: Database, table: string): Promise<string> {
  const [key] = await database.query<{ name: string; definition: string }>(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = $1::regclass and contype = 'p'`,
    [`orders.${table}`],
  );
  if (!key) throw new Error(`orders.${table} has no primary key`);
  await database.query(`alter table orders.${table} drop constraint ${key.name}`);
  return key.definition;
}

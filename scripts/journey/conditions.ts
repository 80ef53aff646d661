import { bucketOf } from '../../domain/ids.ts';
import { waitFor } from '../stack/wait.ts';
import type { PlacedOrder } from './shop-client.ts';
import type { World } from './world.ts';

/** A count that grows while a part of the platform does its work. */
export type Evidence = (world: World) => Promise<number>;

const endLimitMs = 120_000;

/** Counts by SQL. */
export function rowsOf(statement: string): Evidence {
  return async ({ sources }) => {
    const { rows } = await sources.postgres.query<{ count: string }>(
      `select count(*) as count from ${statement}`,
    );
    return Number(rows[0]?.count);
  };
}

export const events = (schema: 'orders' | 'payment' | 'shipping', type: string): Evidence =>
  rowsOf(`${schema}.events where type = '${type}'`);

/** What each part of the platform leaves behind. */
export const evidence = {
  'reserve-stock': rowsOf('inventory.reservations'),
  'score-order': rowsOf('fraud.scores'),
  'advance-order': events('orders', 'OrderConfirmed'),
  // Captures come by the provider's webhooks too.
  'capture-payment': events('payment', 'PaymentRequested'),
  'book-shipment': rowsOf('shipping.events'),
  'send-notification': rowsOf(`notification.mails where status = 'sent'`),
  'project-order-history': ({ sources }) => sources.mongo.collection('order_history').countDocuments(),
  'aggregate-analytics': rowsOf('analytics.inbox'),
  'learn-copurchases': rowsOf('recommendation.inbox'),
  'append-audit': rowsOf('audit.entries'),
  relay: async ({ sources }) => {
    const ends = await sources.admin.fetchTopicOffsets('order-events');
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  },
  order: ({ shop }) => Promise.resolve(shop.acknowledged.length),
} as const satisfies Readonly<Record<string, Evidence>>;

/** The sum of a metric's samples with these labels, as a process of the platform shows it now. */
export async function metricOf(
  { platform }: World,
  process: string,
  metric: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const answer = await fetch(platform.metricsUrl(process));
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines
    .filter((line) => Object.entries(labels).every(([name, value]) => line.includes(`${name}="${value}"`)))
    .reduce((sum, line) => sum + Number(/\} (\S+)/.exec(line)?.[1]), 0);
}

/** Resolves with the milliseconds until the count has grown from what it is now. */
export async function untilGrows(
  world: World,
  what: string,
  count: Evidence,
  limitMs = 60_000,
): Promise<number> {
  const startedAt = performance.now();
  let before: number | undefined;
  await waitFor(
    `${what} to go on`,
    async () => {
      const now = await count(world);
      before ??= now;
      return now > before;
    },
    { timeoutMs: limitMs, everyMs: 50 },
  );
  return Math.round(performance.now() - startedAt);
}

/** Resolves with the milliseconds until orders of every partition have been confirmed from now on: each has its worker again. */
export async function untilAllPartitionsGoOn({ sources }: World, limitMs = 60_000): Promise<number> {
  const startedAt = performance.now();
  const { rows } = await sources.postgres.query<{ now: string }>('select clock_timestamp()::text as now');
  await waitFor(
    'every partition to go on',
    async () => {
      const found = await sources.postgres.query<{ count: string }>(
        `select count(distinct bucket) as count from orders.events where type = 'OrderConfirmed' and recorded_at > $1`,
        [rows[0]?.now],
      );
      return Number(found.rows[0]?.count) === sources.partitions;
    },
    { timeoutMs: limitMs, everyMs: 50 },
  );
  return Math.round(performance.now() - startedAt);
}

/** Waits until each of these orders has come to its end: shipped, or rejected, cancelled or returned with nothing owed. */
export async function allEnded(
  world: World,
  orders: readonly Pick<PlacedOrder, 'orderId'>[],
  limitMs = endLimitMs,
): Promise<void> {
  await waitFor(`${orders.length} orders to end`, async () => (await countOpen(world, orders)) === 0, {
    timeoutMs: limitMs,
    everyMs: 200,
  });
}

async function countOpen(
  { sources, stack }: World,
  orders: readonly Pick<PlacedOrder, 'orderId'>[],
): Promise<number> {
  const { rows } = await sources.postgres.query<{ count: string }>(
    `select count(*) as count from unnest($1::int[], $2::text[]) as k(bucket, order_id)
     where exists (select from orders.sagas s where s.bucket = k.bucket and s.order_id = k.order_id)
       or not exists (select from orders.events e where e.bucket = k.bucket and e.stream_id = k.order_id)`,
    [orders.map(({ orderId }) => bucketOf(orderId, stack.partitions)), orders.map(({ orderId }) => orderId)],
  );
  return Number(rows[0]?.count);
}

/** How many of these orders have an event of the type. */
export async function countWith(
  { sources, stack }: World,
  orders: readonly Pick<PlacedOrder, 'orderId'>[],
  type: string,
): Promise<number> {
  const { rows } = await sources.postgres.query<{ count: string }>(
    `select count(*) as count from unnest($1::int[], $2::text[]) as k(bucket, order_id)
     where exists (select from orders.events e
       where e.bucket = k.bucket and e.stream_id = k.order_id and e.type = $3)`,
    [
      orders.map(({ orderId }) => bucketOf(orderId, stack.partitions)),
      orders.map(({ orderId }) => orderId),
      type,
    ],
  );
  return Number(rows[0]?.count);
}

/** Shows a measurement in the output of the tests. */
export function tell(text: string): void {
  process.stdout.write(`      ${text}\n`);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

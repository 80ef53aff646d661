import { waitFor } from '../../scripts/stack/wait.ts';
import type { LocalStack } from '../../environments/local.ts';
import type { Database } from '../stack/database.ts';

type Span = { readonly p50: number; readonly p95: number; readonly p99: number };

/** What became of the orders placed since a moment, from the events themselves; times in ms. */
export type Journey = {
  readonly placed: number;
  readonly paid: number;
  readonly shipped: number;
  readonly mailed: number;
  /** From the first OrderPlaced to the last mail. */
  readonly seconds: number;
  readonly lastPlacedAt: number;
  readonly lastMailedAt: number;
  readonly placedToPaidMs: Span;
  readonly placedToShippedMs: Span;
  readonly events: number;
};

/** The moment by the database's clock. */
export async function now(database: Database): Promise<string> {
  const [row] = await database.query<{ now: string }>('select clock_timestamp()::text as now');
  return row!.now;
}

/** Reads the journey of every order placed since `since`. */
export async function readJourney(database: Database, since: string): Promise<Journey> {
  const [row] = await database.query<
    Record<string, number | null> & { paying: number[]; shipping: number[] }
  >(
    `with steps as (
       select stream_id, count(*) as events,
         min(recorded_at) filter (where type = 'OrderPlaced') as placed,
         min(recorded_at) filter (where type = 'OrderPaid') as paid,
         min(recorded_at) filter (where type = 'OrderShipped') as shipped
       from orders.events where recorded_at >= $1::timestamptz group by stream_id
     ), journeys as (
       select s.*, m.settled_at as mailed,
         extract(epoch from s.paid - s.placed) * 1000 as paying,
         extract(epoch from s.shipped - s.placed) * 1000 as shipping
       from steps s
       left join notification.mails m
         on m.order_id = s.stream_id and m.step = 'OrderShipped' and m.status = 'sent'
       where s.placed is not null
     )
     select count(*)::float as placed, count(paid)::float as paid, count(shipped)::float as shipped,
       count(mailed)::float as mailed, coalesce(sum(events), 0)::float as events,
       extract(epoch from max(mailed) - min(placed))::float as seconds,
       extract(epoch from max(placed))::float * 1000 as "lastPlacedAt",
       extract(epoch from max(mailed))::float * 1000 as "lastMailedAt",
       percentile_cont(array[0.5, 0.95, 0.99]) within group (order by paying)::float[] as paying,
       percentile_cont(array[0.5, 0.95, 0.99]) within group (order by shipping)::float[] as shipping
     from journeys`,
    [since],
  );
  const figure = (name: string): number => row?.[name] ?? Number.NaN;
  return {
    placed: figure('placed'),
    paid: figure('paid'),
    shipped: figure('shipped'),
    mailed: figure('mailed'),
    seconds: figure('seconds'),
    lastPlacedAt: figure('lastPlacedAt'),
    lastMailedAt: figure('lastMailedAt'),
    placedToPaidMs: spanOf(row?.paying),
    placedToShippedMs: spanOf(row?.shipping),
    events: figure('events'),
  };
}

function spanOf([p50, p95, p99]: readonly number[] = []): Span {
  return { p50: p50 ?? Number.NaN, p95: p95 ?? Number.NaN, p99: p99 ?? Number.NaN };
}

/** Waits until no order is on its way any more and each shipped one has its mail; false when that takes too long. */
export async function waitUntilSettled(database: Database, timeoutMs: number): Promise<boolean> {
  const settled = async (): Promise<boolean> => {
    const [row] = await database.query<{ open: boolean }>(
      `select exists (select from orders.sagas where parked_reason is null) or exists (select from orders.outbox)
         or exists (select from notification.mails where status = 'claimed') as open`,
    );
    if (row?.open !== false) return false;
    // Only now, since it reads whole tables.
    const [counts] = await database.query<{ shipped: string; mailed: string }>(
      `select (select count(*) from orders.events where type = 'OrderShipped') as shipped,
         (select count(*) from notification.mails where step = 'OrderShipped') as mailed`,
    );
    return counts !== undefined && counts.shipped === counts.mailed;
  };
  try {
    await waitFor('the orders to be shipped and mailed', settled, { timeoutMs, everyMs: 250 });
    return true;
  } catch {
    return false; // the caller reports what is missing
  }
}

/** Mails that the mail server took, all copies counted. */
export async function mailsTaken({ host, ports }: LocalStack): Promise<number> {
  const answer = await fetch(`http://${host}:${ports.smtpHttp}/mails/count`);
  return ((await answer.json()) as { count: number }).count;
}

import { inboxRetentionMs } from '../../platform/retention.ts';
import { orderInvariants } from './order/index.ts';
import { orderEventId, type DeadLetters, type OrderFacts } from './order/order-facts.ts';
import { effectsAccounted, type createEffectCount } from './order/effects.ts';
import { publishedIsStored } from './order/published.ts';
import { eventsReadable, factsOf } from './order-facts-of.ts';
import { orderRanges, type OrderSelection } from './order-pages.ts';
import { readOutside, type Ask } from './outside.ts';
import {
  publishingTopics,
  readPublications,
  truncatedPartitions,
  type Publications,
} from './publications.ts';
import { readDeadLetters } from './dead-letters.ts';
import { readOrders, type OrderRows } from './read-orders.ts';
import type { Settled } from './settle.ts';
import type { AuditSources } from './sources.ts';
import type { Tally } from './tally.ts';
import { extentsOf, type Extents } from './topic-reader.ts';
import { createSales } from './window/sales.ts';
import { changedOrders } from './window/changed-orders.ts';
import type { NextCheckpoint } from './window/next-checkpoint.ts';
import type { Checkpoint } from './window/checkpoint.ts';
import { countPlaces, createMet, noStrays } from './whole/strays.ts';

/** An audit that takes longer may find the inboxes' oldest rows gone. */
const longestAuditMs = 24 * 60 * 60_000;

/** Orders whose messages are held in memory at a time. */
const ordersPerGroup = 250_000;

export type Run = {
  readonly sources: AuditSources;
  /** Orders or rows read at a time. */
  readonly pageSize: number;
  readonly onProgress: (text: string) => void;
  readonly ask: Ask;
  readonly tally: Tally;
  readonly effects: ReturnType<typeof createEffectCount>;
  readonly notes: string[];
  readonly settled: Settled;
  /** What the last clean audit left, where only what changed since then is looked at. */
  readonly window: Checkpoint | undefined;
  readonly next: NextCheckpoint;
  /** By how much the clocks of producers and of the database may differ, in ms. */
  readonly clockSkewMs: number;
};

/** Orders once, page by page, group of buckets by group of buckets; returns how many there are. */
export async function auditOrders(run: Run): Promise<number> {
  const { sources, ask, tally, notes, settled, window } = run;
  const { partitions } = sources;
  const sales = await createSales(run);
  const met = createMet();
  // What the inboxes forget while the audit runs is left out from the beginning.
  const inboxSince = new Date(Date.now() - inboxRetentionMs + longestAuditMs);
  const places = window ? undefined : await countPlaces(sources, ask, inboxSince);
  const topicsSince = window && new Date(window.horizon.getTime() - run.clockSkewMs);
  const extents = await ask('kafka', () => extentsOf(sources, publishingTopics, topicsSince));
  const dead = await ask('kafka', () => readDeadLetters(sources));
  for (const partition of extents ? truncatedPartitions(extents) : [])
    notes.push(`partition ${partition}: retention has deleted messages, its publications are not checked`);
  const takenIsAll = places?.takenIsAll ?? false;
  if (!takenIsAll && !window && !sources.leftOut.has('mails'))
    notes.push('the mail server is away or has forgotten its first mails: missing ones are not noticed');
  let orders = 0;
  for (const buckets of groupsOf(partitions, extents)) {
    const publications = extents && (await ask('kafka', () => readPublications(sources, extents, buckets)));
    for await (const selection of selectionsOf(run, buckets, publications)) {
      const outside = await readOutside(
        sources,
        selection.keys.map(({ orderId }) => orderId),
        ask,
      );
      for (const rows of await readOrders(sources.postgres, selection, inboxSince)) {
        const published = publications?.take(rows.orderId, rows.bucket);
        const { dueBefore } = settled;
        const around = { outside, published, dead, takenIsAll, partitions, dueBefore };
        const facts = factsOf(rows, { ...around, publishedSince: window?.horizon });
        if (rows.orders.length > 0) orders += 1;
        if ('example' in facts) {
          tally.add(eventsReadable, 1, [facts]);
          continue;
        }
        tally.add(eventsReadable, 1);
        checkOrder(run, facts, dead);
        sales.add(facts, timesOf(rows));
        met.add(facts);
      }
      run.onProgress(`${orders} orders`);
    }
    tally.add(publishedIsStored, 0, publications?.rest() ?? []);
  }
  await sales.compare();
  if (places) tally.add(noStrays, Object.keys(places.counts).length, met.findings(places));
  return orders;
}

/** All orders of the buckets, range by range, or those of the window. */
async function* selectionsOf(
  { sources, window, pageSize }: Run,
  buckets: readonly number[],
  publications: Publications | undefined,
): AsyncGenerator<OrderSelection> {
  const { postgres, partitions } = sources;
  if (!window) return yield* orderRanges(postgres, buckets, pageSize);
  const keys = await changedOrders(postgres, window, buckets, partitions, publications?.orderIds() ?? []);
  for (let at = 0; at < keys.length; at += pageSize) yield { keys: keys.slice(at, at + pageSize) };
}

/** When each event of an order was recorded, by its id. */
function timesOf({ orderId, orders }: OrderRows): ReadonlyMap<string, Date> {
  return new Map(orders.map(({ version, recordedAt }) => [orderEventId(orderId, version), recordedAt]));
}

function checkOrder({ tally, effects }: Run, facts: OrderFacts, dead: DeadLetters | undefined): void {
  for (const invariant of orderInvariants) {
    const findings = invariant.check(facts);
    if (findings) tally.add(invariant, 1, findings, facts.due);
  }
  if (dead) tally.add(effectsAccounted, 1, effects.add(facts));
}

/** Buckets whose messages fit into memory together. */
function groupsOf(partitions: number, extents: Extents | undefined): number[][] {
  const groups: number[][] = [];
  let orders = Infinity;
  for (let bucket = 0; bucket < partitions; bucket += 1) {
    const extent = extents?.get(publishingTopics[0])?.find(({ partition }) => partition === bucket);
    // An order has about eight events; fewer make more orders, so this errs on the safe side of none.
    const own = extent ? (extent.high - extent.low) / 4 : 0;
    if (orders + own > ordersPerGroup) {
      groups.push([]);
      orders = 0;
    }
    groups.at(-1)!.push(bucket);
    orders += own;
  }
  return groups;
}

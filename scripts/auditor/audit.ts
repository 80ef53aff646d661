import { inboxRetentionMs } from '../../platform/retention.ts';
import { orderInvariants } from './order/index.ts';
import type { DeadLetters, OrderFacts } from './order/order-facts.ts';
import { createEffectCount, effectsAccounted } from './order/effects.ts';
import { publishedIsStored } from './order/published.ts';
import { eventsReadable, factsOf } from './order-facts-of.ts';
import { orderRanges } from './order-pages.ts';
import { readOutside, type Ask } from './outside.ts';
import { publishingTopics, readPublications, truncatedPartitions } from './publications.ts';
import { readDeadLetters } from './dead-letters.ts';
import { readOrders } from './read-orders.ts';
import type { AuditReport, Invariant, SourceName } from './report.ts';
import { settle, type Settled } from './settle.ts';
import { reasonOf, SourceAway, type AuditSources } from './sources.ts';
import { createTally, type Tally } from './tally.ts';
import { extentsOf, type Extents } from './topic-reader.ts';
import { acknowledgedOrders } from './whole/acknowledged.ts';
import { auditChain } from './whole/audit-chain.ts';
import type { Acknowledged, WholeInvariant } from './whole/invariant.ts';
import { ledgerInPayments } from './whole/ledger.ts';
import { logsClean } from './whole/logs.ts';
import {
  boardEqualsSales,
  compareBoard,
  compareSales,
  createSalesSum,
  readSales,
  readSalesBoard,
  salesRecompute,
} from './whole/sales.ts';
import { stockConserved, stockReserved, stockWithinBounds } from './whole/stock.ts';
import { countPlaces, createMet, noStrays } from './whole/strays.ts';

const wholeInvariants: readonly WholeInvariant[] = [
  stockWithinBounds,
  stockReserved,
  stockConserved,
  ledgerInPayments,
  auditChain,
  acknowledgedOrders,
  logsClean,
];

/** All that the auditor checks, in the order of its report. */
export const invariants: readonly Invariant[] = [
  ...wholeInvariants,
  eventsReadable,
  ...orderInvariants,
  effectsAccounted,
  salesRecompute,
  boardEqualsSales,
  noStrays,
];

/** An audit that takes longer may find the inboxes' oldest rows gone. */
const longestAuditMs = 24 * 60 * 60_000;

export type AuditOptions = {
  /** How long to wait until nothing is under way, in ms; 15,000 unless given. */
  readonly settleMs?: number;
  /** Orders that a client was told of. */
  readonly acknowledged?: Iterable<Acknowledged> | AsyncIterable<Acknowledged>;
  /** Orders or rows read at a time; 500 unless given. */
  readonly pageSize?: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (text: string) => void;
};

/** Orders whose messages are held in memory at a time. */
const ordersPerGroup = 250_000;

/**
 * Checks every invariant of the design over all systems, also while orders come in. Never rejects for a system that is
 * away: what needs it is `not-checked`.
 */
export async function audit(sources: AuditSources, options: AuditOptions = {}): Promise<AuditReport> {
  const startedAt = new Date();
  const away = new Map<SourceName, string>();
  const notes: string[] = [];
  const tally = createTally(invariants);
  const effects = createEffectCount();
  const ask: Ask = async (source, read) => {
    if (away.has(source) || sources.leftOut.has(source)) return undefined;
    try {
      return await read();
    } catch (error) {
      away.set(source, reasonOf(error));
      return undefined;
    }
  };
  let orders = 0;
  let unsettled: readonly string[] = [];
  try {
    await ask('kafka', () => sources.admin.connect());
    const settled = await settle(sources, options.settleMs ?? 15_000, ask);
    unsettled = settled.unsettled;
    orders = await auditOrders({ sources, options, ask, tally, effects, notes, settled });
    await auditWhole({ sources, options, tally, away, settled });
  } catch (error) {
    if (!(error instanceof SourceAway)) throw error;
    away.set(error.source, reasonOf(error));
  }
  const reports = tally.reports(new Set(away.keys()), sources.leftOut);
  const outcomes = new Set(reports.map(({ outcome }) => outcome));
  return {
    verdict: outcomes.has('violated')
      ? 'violations'
      : outcomes.has('not-checked')
        ? 'could-not-check'
        : 'clean',
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    orders,
    unsettled,
    away: [...away].map(([source, reason]) => ({ source, reason })),
    leftOut: [...sources.leftOut],
    notes,
    invariants: reports,
    consumers: effects.reports(),
  };
}

type Run = {
  readonly sources: AuditSources;
  readonly options: AuditOptions;
  readonly ask: Ask;
  readonly tally: Tally;
  readonly effects: ReturnType<typeof createEffectCount>;
  readonly notes: string[];
  readonly settled: Settled;
};

/** All orders once, page by page, group of buckets by group of buckets; returns how many there are. */
async function auditOrders(run: Run): Promise<number> {
  const { sources, options, ask, tally, notes, settled } = run;
  const { pageSize = 500 } = options;
  const { partitions } = sources;
  const { dueBefore } = settled;
  const sum = createSalesSum(sources.region);
  const met = createMet();
  const salesBefore = await readSales(sources);
  // What the inboxes forget while the audit runs is left out from the beginning.
  const inboxSince = new Date(Date.now() - inboxRetentionMs + longestAuditMs);
  const placesBefore = await countPlaces(sources, ask, inboxSince);
  const extents = await ask('kafka', () => extentsOf(sources, publishingTopics));
  const dead = await ask('kafka', () => readDeadLetters(sources));
  for (const partition of extents ? truncatedPartitions(extents) : [])
    notes.push(`partition ${partition}: retention has deleted messages, its publications are not checked`);
  const { takenIsAll } = placesBefore;
  if (!takenIsAll && !sources.leftOut.has('mails'))
    notes.push('the mail server is away or has forgotten its first mails: missing ones are not noticed');
  let orders = 0;
  for (const buckets of groupsOf(partitions, extents)) {
    const publications = extents && (await ask('kafka', () => readPublications(sources, extents, buckets)));
    for await (const range of orderRanges(sources.postgres, buckets, pageSize)) {
      const outside = await readOutside(
        sources,
        range.keys.map(({ orderId }) => orderId),
        ask,
      );
      for (const rows of await readOrders(sources.postgres, range, inboxSince)) {
        const published = publications?.take(rows.orderId, rows.bucket);
        const facts = factsOf(rows, { outside, published, dead, takenIsAll, partitions, dueBefore });
        if (rows.orders.length > 0) orders += 1;
        if ('example' in facts) {
          tally.add(eventsReadable, 1, [facts]);
          continue;
        }
        tally.add(eventsReadable, 1);
        checkOrder(run, facts, dead);
        sum.add(facts);
        met.add(facts);
      }
      options.onProgress?.(`${orders} orders`);
    }
    tally.add(publishedIsStored, 0, publications?.rest() ?? []);
  }
  const board = await readSalesBoard(sources, ask);
  const salesAfter = await readSales(sources);
  const quiet = settled.unsettled.length === 0;
  const keys = new Set([...sum.sums.keys(), ...sum.forgotten.keys()]);
  tally.add(salesRecompute, keys.size, compareSales(salesBefore, sum, salesAfter));
  if (board) tally.add(boardEqualsSales, board.size, compareBoard(salesBefore, board, salesAfter), quiet);
  tally.add(noStrays, Object.keys(placesBefore.counts).length, met.findings(placesBefore));
  return orders;
}

function checkOrder({ tally, effects }: Run, facts: OrderFacts, dead: DeadLetters | undefined): void {
  for (const invariant of orderInvariants) {
    const findings = invariant.check(facts);
    if (findings) tally.add(invariant, 1, findings, facts.due);
  }
  if (dead) tally.add(effectsAccounted, 1, effects.add(facts));
}

type WholeRun = Pick<Run, 'sources' | 'options' | 'tally' | 'settled'> & {
  readonly away: Map<SourceName, string>;
};

async function auditWhole({ sources, options, tally, settled, away }: WholeRun): Promise<void> {
  const { acknowledged = [], pageSize = 500 } = options;
  for (const invariant of wholeInvariants) {
    if (invariant.needs.some((source) => away.has(source) || sources.leftOut.has(source))) continue;
    try {
      const context = { dueBefore: settled.dueBefore, acknowledged, pageSize };
      for await (const { checked, findings } of invariant.check(sources, context))
        tally.add(invariant, checked, findings);
    } catch (error) {
      if (!(error instanceof SourceAway)) throw error;
      away.set(error.source, reasonOf(error));
    }
  }
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

import { auditOrders, type Run } from './audit-orders.ts';
import { orderInvariants } from './order/index.ts';
import { createEffectCount, effectsAccounted } from './order/effects.ts';
import { eventsReadable } from './order-facts-of.ts';
import type { Ask } from './outside.ts';
import type { AuditReport, Invariant, InvariantReport, SourceName } from './report.ts';
import { settle } from './settle.ts';
import { reasonOf, SourceAway, type AuditSources } from './sources.ts';
import { createTally } from './tally.ts';
import { readCheckpoint, saveCheckpoint } from './window/checkpoint.ts';
import { checkpointOf, nextCheckpoint } from './window/next-checkpoint.ts';
import { readStockSums } from './window/stock-sums.ts';
import { straysSince } from './window/strays.ts';
import { acknowledgedOrders } from './whole/acknowledged.ts';
import { auditChain } from './whole/audit-chain.ts';
import type { Acknowledged, ChainHead, WholeInvariant } from './whole/invariant.ts';
import { ledgerInPayments } from './whole/ledger.ts';
import { logsClean } from './whole/logs.ts';
import { boardEqualsSales, salesRecompute } from './whole/sales.ts';
import { stockConserved, stockReserved, stockWithinBounds } from './whole/stock.ts';
import { noStrays } from './whole/strays.ts';

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

export type AuditOptions = {
  /** How long to wait until nothing is under way, in ms; 15,000 unless given. */
  readonly settleMs?: number;
  /** Orders that a client was told of. */
  readonly acknowledged?: Iterable<Acknowledged> | AsyncIterable<Acknowledged>;
  /** Orders or rows read at a time; 500 unless given. */
  readonly pageSize?: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (text: string) => void;
  /**
   * Looks only at what has changed since the last clean audit, where one left a checkpoint, and leaves the next one when it
   * finds all in order; what such an audit does not see is in docs/adr/0014-jobs-around-a-sync.md.
   */
  readonly sinceLastClean?: boolean;
  /** How much of what an audit saw the next one sees again, in ms; an hour unless given. */
  readonly overlapMs?: number;
  /** By how much the clocks of producers and of the database may differ, in ms; ten minutes unless given. */
  readonly clockSkewMs?: number;
};

/** Of these an audit of a window looks at a part: the ledger and the read model tell nobody what is new in them. */
const partlyInWindow: ReadonlySet<string> = new Set([ledgerInPayments.name, noStrays.name]);

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
  const { pageSize = 500, onProgress = () => undefined, sinceLastClean = false } = options;
  let orders = 0;
  let run: Run | undefined;
  try {
    await ask('kafka', () => sources.admin.connect());
    const settled = await settle(sources, options.settleMs ?? 15_000, ask);
    const window = sinceLastClean ? await readCheckpoint(sources.postgres) : undefined;
    if (sinceLastClean && !window) notes.push('no checkpoint to go on from: all orders are looked at');
    const next = nextCheckpoint(settled.dueBefore, window, options.overlapMs);
    const { clockSkewMs = 600_000 } = options;
    run = { sources, pageSize, onProgress, ask, tally, effects, notes, settled, window, next, clockSkewMs };
    orders = await auditOrders(run);
    await auditWhole(run, options, away);
  } catch (error) {
    if (!(error instanceof SourceAway)) throw error;
    away.set(error.source, reasonOf(error));
  }
  const window = run?.window;
  const partly = window ? partlyInWindow : new Set<string>();
  const reports = tally.reports(new Set(away.keys()), sources.leftOut, partly);
  const verdict = verdictOf(reports);
  if (verdict === 'clean' && sinceLastClean && run) {
    const kept = checkpointOf(run.next);
    await saveCheckpoint(sources.postgres, kept).catch((error: unknown) => {
      if (!(error instanceof SourceAway)) throw error;
      notes.push(`the next audit cannot go on from this one: ${reasonOf(error)}`);
    });
  }
  const { environment, region } = sources;
  return {
    verdict,
    environment,
    region,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    orders,
    ...(window ? { changedSince: window.horizon.toISOString() } : {}),
    unsettled: run?.settled.unsettled ?? [],
    away: [...away].map(([source, reason]) => ({ source, reason })),
    leftOut: [...sources.leftOut],
    notes,
    invariants: reports,
    consumers: effects.reports(),
  };
}

function verdictOf(reports: readonly InvariantReport[]): AuditReport['verdict'] {
  const outcomes = new Set(reports.map(({ outcome }) => outcome));
  if (outcomes.has('violated')) return 'violations';
  return outcomes.has('not-checked') ? 'could-not-check' : 'clean';
}

async function auditWhole(
  { sources, tally, settled, pageSize, window, next }: Run,
  { acknowledged = [], sinceLastClean = false }: AuditOptions,
  away: Map<SourceName, string>,
): Promise<void> {
  const context = {
    dueBefore: settled.dueBefore,
    acknowledged,
    pageSize,
    links: window?.links ?? [],
    onHead: (head: ChainHead): void => void next.links.push(head),
  };
  for (const invariant of wholeInvariants) {
    if (window && (invariant === ledgerInPayments || invariant === stockConserved)) continue;
    if (invariant.needs.some((source) => away.has(source) || sources.leftOut.has(source))) continue;
    try {
      for await (const { checked, findings } of invariant.check(sources, context))
        tally.add(invariant, checked, findings);
    } catch (error) {
      if (!(error instanceof SourceAway)) throw error;
      away.set(error.source, reasonOf(error));
    }
  }
  if (!sinceLastClean) return;
  const { postgres, partitions } = sources;
  const sums = await readStockSums(postgres, partitions, window, next.horizon);
  next.stock = sums.stock;
  for (const eventId of sums.carried) next.carried.add(eventId);
  // After a look at all there is the next audit must be able to go on from these sums too.
  tally.add(stockConserved, window ? sums.checked : 0, sums.findings);
  if (!window) return;
  const strays = await straysSince(postgres, window);
  tally.add(noStrays, strays.checked, strays.findings);
}

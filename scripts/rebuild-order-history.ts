import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Pool } from 'pg';
import {
  createOrderHistory,
  ensureOrderHistoryIndexes,
  foldHistory,
} from '../adapters/mongo/order-history.ts';
import type { HistoryChange, OrderSummary } from '../platform/ports/order-history.ts';
import { historyCollection, readHistory } from './auditor/history-documents.ts';
import { orderRanges } from './auditor/order-pages.ts';
import { changedSince, readHistoryEvents } from './rebuild-events.ts';

export type RebuildSources = { readonly postgres: Pool; readonly mongo: Db; readonly partitions: number };

export type RebuildReport = {
  readonly orders: number;
  readonly events: number;
  readonly durationMs: number;
  readonly ordersPerSecond: number;
  /** Streams applied once more because they moved on meanwhile. */
  readonly caughtUp: number;
  /** The read model as it was, against the events up to the version that each of its documents had. */
  readonly before: {
    readonly documents: number;
    readonly differing: number;
    readonly missing: number;
    readonly checksum: string;
    readonly checksumOfEvents: string;
  };
};

export type RebuildOptions = {
  /** Orders read and written at a time; 500 unless given. */
  readonly pageSize?: number;
  readonly onProgress?: (progress: {
    readonly orders: number;
    readonly perSecond: number;
    readonly phase: string;
  }) => void;
};

/** A transaction that was open for longer when it was read around would be missed: far beyond the platform's limits. */
const longestTransactionMs = 10_000;

/**
 * Rebuilds the read model from the events while orders keep coming: into a collection of its own, which then takes the
 * live one's name in one step. What the projector wrote to the old collection meanwhile is in the events too: streams
 * that moved on are applied before the switch, so that little is missing after it, and once more after it. Each
 * application is idempotent by version and commutes with the projector's own.
 */
export async function rebuildOrderHistory(
  { postgres, mongo, partitions }: RebuildSources,
  { pageSize = 500, onProgress = () => undefined }: RebuildOptions = {},
): Promise<RebuildReport> {
  const startedMs = performance.now();
  const shadow = `${historyCollection}_${Date.now()}`;
  await dropLeftOvers(mongo);
  await ensureOrderHistoryIndexes(mongo, shadow);
  const buckets = Array.from({ length: partitions }, (_, bucket) => bucket);
  const comparison = createComparison();
  let [orders, events, caughtUp] = [0, 0, 0];
  const perSecond = (): number => Math.round((orders / (performance.now() - startedMs)) * 1000);

  let since = await moment(postgres);
  const history = createOrderHistory(mongo, shadow);
  for await (const { keys } of orderRanges(postgres, buckets, pageSize)) {
    const live = await readHistory(
      mongo,
      keys.map(({ orderId }) => orderId),
    );
    const changes = await readHistoryEvents(postgres, keys);
    await history.apply(changes);
    comparison.add(changes, live);
    orders += changes.length;
    events += changes.reduce((sum, change) => sum + change.events.length, 0);
    onProgress({ orders, perSecond: perSecond(), phase: 'building' });
  }
  const catchUp = async (collection: string, from: Date): Promise<void> => {
    const target = createOrderHistory(mongo, collection);
    for await (const keys of changedSince(postgres, buckets, from, pageSize)) {
      await target.apply(await readHistoryEvents(postgres, keys));
      caughtUp += keys.length;
      onProgress({ orders, perSecond: perSecond(), phase: `catching up (${caughtUp})` });
    }
  };
  const before = since;
  since = await moment(postgres);
  await catchUp(shadow, before);
  await mongo.renameCollection(shadow, historyCollection, { dropTarget: true });
  await catchUp(historyCollection, since);
  return {
    orders,
    events,
    durationMs: Math.round(performance.now() - startedMs),
    ordersPerSecond: perSecond(),
    caughtUp,
    before: comparison.result(),
  };
}

/** What is recorded from now on has at least this `recorded_at`, the start of its transaction. */
async function moment(postgres: Pool): Promise<Date> {
  const { rows } = await postgres.query<{ now: Date }>('select clock_timestamp() as now');
  return new Date(rows[0]!.now.getTime() - longestTransactionMs);
}

/** Of a rebuild that was cut off. */
async function dropLeftOvers(mongo: Db): Promise<void> {
  const collections = await mongo.listCollections({}, { nameOnly: true }).toArray();
  const leftOver = new RegExp(`^${historyCollection}_\\d+$`);
  for (const { name } of collections) if (leftOver.test(name)) await mongo.dropCollection(name);
}

/** Checksums are sums of the documents' hashes, so that the order in which documents come does not matter. */
function createComparison() {
  const counts = { documents: 0, differing: 0, missing: 0 };
  let [checksum, checksumOfEvents] = [0n, 0n];
  return {
    add(changes: readonly HistoryChange[], live: ReadonlyMap<string, OrderSummary>): void {
      for (const change of changes) {
        const document = live.get(change.orderId);
        if (!document) {
          counts.missing += 1;
          continue;
        }
        const seen = change.events.filter(({ version }) => version <= document.version);
        const [is, shouldBe] = [hashOf(document), hashOf(foldHistory({ ...change, events: seen }))];
        counts.documents += 1;
        if (is !== shouldBe) counts.differing += 1;
        checksum += is;
        checksumOfEvents += shouldBe;
      }
    },
    result: () => ({ ...counts, checksum: textOf(checksum), checksumOfEvents: textOf(checksumOfEvents) }),
  };
}

function hashOf(summary: OrderSummary | undefined): bigint {
  const { orderId, userId, createdAt, status, version, currency, totalMinor, lines, steps } = summary ?? {};
  const fields = [
    [orderId, userId, createdAt, status, version, currency, totalMinor],
    lines?.map(({ sku, quantity }) => [sku, quantity]),
    steps?.map(({ type, at, version: own }) => [type, at, own]),
  ];
  return createHash('sha256').update(JSON.stringify(fields)).digest().readBigUInt64BE();
}

const textOf = (sum: bigint): string => BigInt.asUintN(64, sum).toString(16).padStart(16, '0');

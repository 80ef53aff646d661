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
import { readHistoryEvents, withoutStream } from './rebuild-events.ts';

export type RebuildSources = {
  readonly postgres: Pool;
  readonly mongo: Db;
  readonly partitions: number;
};

export type RebuildReport = {
  readonly orders: number;
  readonly events: number;
  readonly durationMs: number;
  readonly ordersPerSecond: number;
  /** Documents of no order, which are gone now. */
  readonly strays: number;
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
  /** Orders that are rebuilt at a time, and absent from their customers' lists for that moment; 200 unless given. */
  readonly pageSize?: number;
  readonly onProgress?: (progress: { readonly orders: number; readonly perSecond: number }) => void;
};

/**
 * Rebuilds the read model from the events while orders keep coming: page by page the documents are deleted, then the
 * streams are read, then applied. What the projector had written before the deletion is in the streams read after it, and
 * what it writes later commutes with our writes; so nothing is lost and nobody has to wait. One that was cut off is
 * run again.
 * Why in place: docs/adr/0024-a-read-model-is-rebuilt-in-place.md.
 */
export async function rebuildOrderHistory(
  { postgres, mongo, partitions }: RebuildSources,
  { pageSize = 200, onProgress = () => undefined }: RebuildOptions = {},
): Promise<RebuildReport> {
  const startedMs = performance.now();
  const buckets = Array.from({ length: partitions }, (_, bucket) => bucket);
  const documents = mongo.collection<{ _id: string }>(historyCollection);
  const history = createOrderHistory(mongo);
  const comparison = createComparison();
  let [orders, events] = [0, 0];
  const perSecond = (): number => Math.round((orders / (performance.now() - startedMs)) * 1000);

  await ensureOrderHistoryIndexes(mongo);
  for await (const { keys } of orderRanges(postgres, buckets, pageSize)) {
    const orderIds = keys.map(({ orderId }) => orderId);
    const before = await readHistory(mongo, orderIds);
    await documents.deleteMany({ _id: { $in: orderIds } });
    const changes = await readHistoryEvents(postgres, keys);
    await history.apply(changes);
    comparison.add(changes, before);
    orders += changes.length;
    events += changes.reduce((sum, change) => sum + change.events.length, 0);
    onProgress({ orders, perSecond: perSecond() });
  }
  const strays = await deleteStrays({ postgres, mongo, partitions });
  return {
    orders,
    events,
    durationMs: Math.round(performance.now() - startedMs),
    ordersPerSecond: perSecond(),
    strays,
    before: comparison.result(),
  };
}

/** A stream is written before the first document of its order: a document without one belongs to nobody. */
async function deleteStrays({ postgres, mongo, partitions }: RebuildSources): Promise<number> {
  const documents = mongo.collection<{ _id: string }>(historyCollection);
  const pageSize = 1000;
  let strays = 0;
  for (let after = ''; ;) {
    const page = await documents
      .find({ _id: { $gt: after } }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(pageSize)
      .toArray();
    const orderIds = page.map(({ _id: orderId }) => orderId);
    const lost = await withoutStream(postgres, orderIds, partitions);
    if (lost.length > 0) await documents.deleteMany({ _id: { $in: [...lost] } });
    strays += lost.length;
    const last = orderIds.at(-1);
    if (last === undefined || page.length < pageSize) return strays;
    after = last;
  }
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

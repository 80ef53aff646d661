import {
  MongoBulkWriteError,
  type AnyBulkWriteOperation,
  type Collection,
  type Db,
  type Filter,
} from 'mongodb';
import type { HistoryChange, OrderHistory, OrderSummary } from '../../platform/ports/order-history.ts';
import { createMongoCalls } from './calls.ts';
import { baseOf, statusOf, type VersionedStatus } from './order-summary.ts';

export { foldHistory } from './order-summary.ts';

type Step = { readonly type: string; readonly at: Date };

type HistoryDocument = {
  readonly _id: string;
  readonly user_id: string;
  readonly version: number;
  /** Absent until the event was applied that brings them. */
  readonly created_at?: Date;
  readonly currency?: string;
  readonly total_minor?: number;
  readonly lines?: OrderSummary['lines'];
  readonly latest?: VersionedStatus;
  /** By version: setting one again changes nothing. */
  readonly steps: Readonly<Record<string, Step>>;
};

/** Orders in one bulk write: the laptop's server takes 300 a second when it is busy, and a call has 3 s. */
const maxBulk = 200;
const duplicateKey = 11_000;

/**
 * The read model in MongoDB. Each change of an order is one write that commutes and can be repeated: steps and base
 * fields are set to what they always are, version and status only grow. So neither a repeated delivery nor one out of
 * order can take anything back.
 */
export function createOrderHistory(database: Db, collection = 'order_history'): OrderHistory {
  const documents = database.collection<HistoryDocument>(collection);
  const mongo = createMongoCalls(database);
  // Each try has the time of a call.
  const writeBulk = async (bulk: readonly HistoryChange[], attempt = 1): Promise<void> => {
    const refused = await mongo.call('apply-history', () => write(documents, bulk, attempt));
    if (refused.length > 0) await writeBulk(refused, attempt + 1);
  };
  return {
    async apply(changes) {
      const due = changes.filter(({ events }) => events.length > 0);
      for (let at = 0; at < due.length; at += maxBulk) await writeBulk(due.slice(at, at + maxBulk));
    },
    list: (userId, { before, limit }) =>
      mongo.call('list-history', async () => {
        const found = documents
          .find(olderThan(userId, before))
          .sort({ created_at: -1, _id: -1 })
          .limit(limit);
        return (await found.toArray()).flatMap(summaryOf);
      }),
  };
}

/** Creates the index that `list` reads along; nothing happens when it exists. */
export async function ensureOrderHistoryIndexes(database: Db, collection = 'order_history'): Promise<void> {
  await createMongoCalls(database).call('create-indexes', () =>
    database.collection(collection).createIndex({ user_id: 1, created_at: -1, _id: -1 }),
  );
}

type Operation = AnyBulkWriteOperation<HistoryDocument>;

function operationOf({ orderId: _id, userId: user_id, events }: HistoryChange, attempt: number): Operation {
  const { base, grown, steps } = fieldsOf(events);
  // What the upsert would make of an order that is not there.
  if (base && attempt === 1)
    return { insertOne: { document: { _id, user_id, ...base, ...grown, steps: Object.fromEntries(steps) } } };
  return {
    updateOne: {
      // Both are the shard key (read-model-places.ts): an upsert without it would ask every shard. With a bare value
      // SecantusDB looks for the order among all those of its user.
      filter: { _id, user_id: { $eq: user_id } },
      update: {
        $set: { ...Object.fromEntries(steps.map(([version, step]) => [`steps.${version}`, step])), ...base },
        // Documents compare field by field, so the status of the higher version wins.
        $max: grown,
      },
      upsert: true,
    },
  };
}

function fieldsOf(events: HistoryChange['events']) {
  const base = baseOf(events);
  const latest = statusOf(events);
  return {
    base: base && {
      created_at: base.createdAt,
      currency: base.currency,
      total_minor: base.totalMinor,
      lines: base.lines,
    },
    grown: { version: Math.max(...events.map(({ version }) => version)), ...(latest && { latest }) },
    steps: events.map(({ version, type, at }): [number, Step] => [version, { type, at: new Date(at) }]),
  };
}

/**
 * What brings an OrderPlaced is nearly always the first of its order: it is inserted, which costs a server far less than an
 * upsert. One that finds its order there becomes an upsert; and so does again the one of two upserts of a new order at once
 * that was refused.
 *
 * @returns what has to be written again.
 */
async function write(
  documents: Collection<HistoryDocument>,
  changes: readonly HistoryChange[],
  attempt: number,
): Promise<readonly HistoryChange[]> {
  const operations = changes.map((change) => operationOf(change, attempt));
  try {
    await documents.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (attempt === 3 || !(error instanceof MongoBulkWriteError)) throw error;
    const errors = [error.writeErrors].flat();
    if (!errors.some(({ code }) => code === duplicateKey)) throw error;
    // What was refused for another reason says so the next time, without a duplicate before it.
    return errors.map(({ index }) => changes[index]!);
  }
}

function olderThan(userId: string, before: { createdAt: string; orderId: string } | undefined) {
  // An order whose OrderPlaced has not been applied yet has no place in the list.
  if (!before) return { user_id: userId, created_at: { $exists: true } } satisfies Filter<HistoryDocument>;
  const at = new Date(before.createdAt);
  return {
    user_id: userId,
    created_at: { $lte: at },
    $or: [{ created_at: { $lt: at } }, { _id: { $lt: before.orderId } }],
  } satisfies Filter<HistoryDocument>;
}

function summaryOf(document: HistoryDocument): OrderSummary[] {
  const { _id, user_id, created_at, version, latest, currency, total_minor, lines, steps } = document;
  if (!created_at || currency === undefined || total_minor === undefined || !lines) return [];
  return [
    {
      orderId: _id,
      userId: user_id,
      createdAt: created_at.toISOString(),
      status: latest?.status ?? 'placed',
      version,
      currency,
      totalMinor: total_minor,
      lines,
      steps: Object.entries(steps)
        .map(([key, { type, at }]) => ({ type, at: at.toISOString(), version: Number(key) }))
        .toSorted((a, b) => a.version - b.version),
    },
  ];
}

import type { Db } from 'mongodb';
import type { OrderSummary } from '../../platform/ports/order-history.ts';
import type { SalesTotal } from '../../platform/ports/sales.ts';
import { from } from './sources.ts';

/** The document of `adapters/mongo/order-history.ts`; any field may be missing in one that was damaged. */
type HistoryDocument = {
  readonly _id: string;
  readonly user_id?: string;
  readonly version?: number;
  readonly created_at?: Date;
  readonly currency?: string;
  readonly total_minor?: number;
  readonly lines?: OrderSummary['lines'];
  readonly latest?: { readonly status: string };
  readonly steps?: Readonly<Record<string, { readonly type: string; readonly at: Date }>>;
};

export const historyCollection = 'order_history';

/** The read model of these orders; one that is not in it is absent. */
export async function readHistory(
  database: Db,
  orderIds: readonly string[],
  collection = historyCollection,
): Promise<ReadonlyMap<string, OrderSummary>> {
  const documents = await from('mongo', () =>
    database
      .collection<HistoryDocument>(collection)
      .find({ _id: { $in: [...orderIds] } })
      .toArray(),
  );
  return new Map(documents.map(summaryOf).map((summary) => [summary.orderId, summary]));
}

export async function countHistory(database: Db, collection = historyCollection): Promise<number> {
  return from('mongo', () => database.collection(collection).countDocuments());
}

function summaryOf(document: HistoryDocument): OrderSummary {
  const { _id: orderId, user_id: userId = '', version = 0, created_at: createdAt, latest } = document;
  const { currency = '', total_minor: totalMinor = 0, lines = [], steps = {} } = document;
  return {
    orderId,
    userId,
    createdAt: createdAt?.toISOString() ?? '',
    status: latest?.status ?? 'placed',
    version,
    currency,
    totalMinor,
    lines,
    steps: Object.entries(steps)
      .map(([key, { type, at }]) => ({ type, at: at.toISOString(), version: Number(key) }))
      .toSorted((a, b) => a.version - b.version),
  };
}

type BoardDocument = Omit<SalesTotal, 'orders' | 'totalMinor'> & {
  readonly sold?: { readonly orders: number; readonly total_minor: number };
};

/** The sales board from a day on, or all of it: one document for each day, category, region and currency. */
export async function readBoard(database: Db, firstDay: string | undefined): Promise<readonly SalesTotal[]> {
  const wanted = firstDay === undefined ? {} : { date: { $gte: firstDay } };
  const documents = await from('mongo', () =>
    database.collection<BoardDocument>('analytics').find(wanted).toArray(),
  );
  return documents.map(({ date, category, region, currency, sold }) => ({
    date,
    category,
    region,
    currency,
    orders: sold?.orders ?? 0,
    totalMinor: sold?.total_minor ?? 0,
  }));
}

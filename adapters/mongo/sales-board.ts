import type { AnyBulkWriteOperation, Db } from 'mongodb';
import type { SalesBoard, SalesKey, SalesTotal } from '../../platform/ports/sales.ts';
import { createMongoCalls } from './calls.ts';

type SalesDocument = SalesKey & {
  readonly _id: string;
  readonly sold: { readonly orders: number; readonly total_minor: number };
};

const collection = 'analytics';

/** The sales of each day, category, region and currency in MongoDB, one document each. */
export function createSalesBoard(database: Db): SalesBoard {
  const documents = database.collection<SalesDocument>(collection);
  const mongo = createMongoCalls(database);
  return {
    async put(totals) {
      if (totals.length === 0) return;
      await mongo.call('put-sales', () => documents.bulkWrite(totals.map(upsertOf), { ordered: false }));
    },
    list: ({ from, to }, { after, limit }) =>
      mongo.call('list-sales', async () => {
        // The id begins with the day: its order is that of the list.
        const found = documents
          .find({ date: { $gte: from, $lte: to }, ...(after && { _id: { $gt: idOf(after) } }) })
          .sort({ _id: 1 })
          .limit(limit);
        return (await found.toArray()).map(({ date, category, region, currency, sold }) => ({
          date,
          category,
          region,
          currency,
          orders: sold.orders,
          totalMinor: sold.total_minor,
        }));
      }),
  };
}

/** Creates the index that dashboards read along; nothing happens when it exists. */
export async function ensureSalesBoardIndexes(database: Db): Promise<void> {
  await createMongoCalls(database).call('create-indexes', () =>
    database.collection(collection).createIndex({ date: 1, category: 1, region: 1 }),
  );
}

const idOf = ({ date, region, currency, category }: SalesKey): string =>
  [date, region, currency, category].join('/');

function upsertOf(total: SalesTotal): AnyBulkWriteOperation<SalesDocument> {
  const { date, category, region, currency, orders, totalMinor } = total;
  return {
    updateOne: {
      // Date, category and region are the shard key (read-model-places.ts).
      filter: { _id: idOf(total), date, category, region },
      update: {
        $set: { currency },
        // Documents compare field by field, orders first: fewer orders than are there change nothing.
        $max: { sold: { orders, total_minor: totalMinor } },
      },
      upsert: true,
    },
  };
}

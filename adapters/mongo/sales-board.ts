import type { AnyBulkWriteOperation, Db } from 'mongodb';
import type { SalesBoard, SalesTotal } from '../../platform/ports/sales.ts';
import { createMongoCalls } from './calls.ts';

type SalesDocument = Pick<SalesTotal, 'date' | 'category' | 'region' | 'currency'> & {
  readonly _id: string;
  readonly sold: { readonly orders: number; readonly total_minor: number };
};

const collection = 'analytics';

/** The sales of each day, category, region and currency in MongoDB, one document each. */
export function createSalesBoard(database: Db): SalesBoard {
  const documents = database.collection<SalesDocument>(collection);
  const mongo = createMongoCalls();
  return {
    async put(totals) {
      if (totals.length === 0) return;
      await mongo.call('put-sales', () => documents.bulkWrite(totals.map(upsertOf), { ordered: false }));
    },
    list: (date) =>
      mongo.call('list-sales', async () => {
        const found = await documents.find({ date }).sort({ category: 1, region: 1, currency: 1 }).toArray();
        return found.map(({ category, region, currency, sold }) => ({
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
  await createMongoCalls().call('create-indexes', () =>
    database.collection(collection).createIndex({ date: 1, category: 1, region: 1 }),
  );
}

function upsertOf(total: SalesTotal): AnyBulkWriteOperation<SalesDocument> {
  const { date, category, region, currency, orders, totalMinor } = total;
  return {
    updateOne: {
      filter: { _id: [date, region, currency, category].join('/') },
      update: {
        $set: { date, category, region, currency },
        // Documents compare field by field, orders first: fewer orders than are there change nothing.
        $max: { sold: { orders, total_minor: totalMinor } },
      },
      upsert: true,
    },
  };
}

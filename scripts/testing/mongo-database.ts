import { connectMongo, type MongoConnection } from '../../adapters/mongo/connect.ts';
import { ensureOrderHistoryIndexes } from '../../adapters/mongo/order-history.ts';
import { ensureSalesBoardIndexes } from '../../adapters/mongo/sales-board.ts';
import { localEnvironmentVariables } from '../../environments/local.ts';
import { startStack, stopStack } from '../stack/index.ts';
import { sharedStack } from './shared-stack.ts';

export type TestMongo = MongoConnection & { readonly url: string };

/** A database of a test's own on the shared stack, with its indexes, which were asked for twice; `close` drops it. */
export async function openTestMongo(): Promise<TestMongo> {
  const { owned } = await startStack(sharedStack, { reuse: true });
  const url = localEnvironmentVariables(sharedStack)['MONGO_URL']!.replace(
    `/${sharedStack.mongoDatabase}?`,
    `/test_${process.pid}_${Date.now()}?`,
  );
  const connection = connectMongo(url);
  for (let times = 0; times < 2; times += 1) {
    await ensureOrderHistoryIndexes(connection.database);
    await ensureSalesBoardIndexes(connection.database);
  }
  return {
    ...connection,
    url,
    async close() {
      await connection.database.dropDatabase();
      await connection.close();
      if (owned) await stopStack(sharedStack);
    },
  };
}

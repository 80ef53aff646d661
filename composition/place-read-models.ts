import { connectMongo } from '../adapters/mongo/connect.ts';
import { placementCommands, type Placement } from '../adapters/mongo/read-model-places.ts';
import { readConfig } from '../platform/config.ts';
import { placementVariables } from '../platform/resources.ts';

/**
 * Shards the read models and puts each home region's orders onto the shards that MONGO_ZONES names. It may be repeated.
 * @throws ConfigError before anything was connected to.
 */
export async function placeReadModels(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { MONGO_ADMIN_URL, MONGO_ZONES } = readConfig(placementVariables, variables);
  const mongo = connectMongo(MONGO_ADMIN_URL);
  try {
    const { client, databaseName } = mongo.database;
    const config = client.db('config');
    const now = {
      shards: await config.collection('shards').find().toArray(),
      ranges: await config.collection('tags').find().toArray(),
    } as unknown as Placement;
    const admin = client.db('admin');
    // One after the other: each stands on those before.
    for (const command of placementCommands(databaseName, MONGO_ZONES, now)) await admin.command(command);
  } finally {
    await mongo.close();
  }
}

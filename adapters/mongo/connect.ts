import { MongoClient, type Db } from 'mongodb';

export type MongoConnection = {
  /** The database that the address names. */
  readonly database: Db;
  close(): Promise<void>;
};

/**
 * A client that connects at its first call: a process starts while MongoDB is away. Calls find out within 3 s that nobody
 * answers.
 */
export function connectMongo(url: string): MongoConnection {
  const client = new MongoClient(url, {
    appName: 'meridian',
    connectTimeoutMS: 2000,
    serverSelectionTimeoutMS: 3000,
    // A call is given up after 3 s (the breaker); a socket that says nothing for longer is dead.
    socketTimeoutMS: 5000,
    waitQueueTimeoutMS: 3000,
    maxPoolSize: 20,
    ignoreUndefined: true,
    // A worker commits its offsets after what it wrote: an answer before the journal could be forgotten with a server that crashes.
    writeConcern: { w: 'majority', journal: true },
  });
  return { database: client.db(), close: () => client.close() };
}

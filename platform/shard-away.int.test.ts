import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { citusStandIn } from '../adapters/postgres/citus/stand-in.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { createTransactions } from '../adapters/postgres/transactions.ts';
import type { Topic } from '../contracts/topics.ts';
import { openTestDatabase, type TestDatabase } from '../scripts/test-database.ts';
import { sharedStack } from '../scripts/testing/shared-stack.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { SharedPorts } from './ports/index.ts';
import type { ConsumeSettings, PartlyHandled, ReceivedMessage } from './ports/messages.ts';
import { runWorker } from './run-worker.ts';
import { defineWorker, type AnyWorker } from './worker.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';

const { partitions } = sharedStack;
const topic = {
  name: 'order-events',
  crossRegion: true,
  events: { Counted: z.object({}) },
} as const satisfies Topic;

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  await database.pool.query(citusStandIn(partitions, 2));
  await migrate(database.url, { partitions });
  pool = createPool({ url: database.url, byBucket: true });
}, 180_000);
afterAll(async () => {
  await pool?.end();
  await database?.close();
}, 60_000);

/** As a coordinator answers whose worker is away. */
async function takeAway(bucket: number): Promise<void> {
  await database.pool.query(`
    create or replace function away() returns trigger language plpgsql as $$ begin
      raise exception 'connection to the remote node failed' using errcode = '08006';
    end $$;
    create trigger away before insert on inventory.inbox_b${bucket} for each row execute function away()`);
}

const handled = async (): Promise<number[]> =>
  (await database.pool.query<{ bucket: number }>('select bucket from inventory.inbox order by 1')).rows.map(
    ({ bucket }) => bucket,
  );

const message = (bucket: number): ReceivedMessage => ({
  topic: topic.name,
  partition: bucket,
  offset: '0',
  key: undefined,
  value: Buffer.from('{}'),
  id: `e/${bucket}`,
  type: 'Counted',
  traceparent: undefined,
  headers: () => ({}),
});

test('a shard that is away holds up no other bucket of a batch, and is waited for once', async () => {
  const tries: number[] = [];
  let source: ConsumeSettings | undefined;
  const transactions = createTransactions(pool, { partitions });
  const worker = defineWorker({
    name: 'count-orders',
    service: 'inventory',
    consumes: topic,
    only: ['Counted'],
    publishes: [],
    needs: [],
    scale: { min: 1, max: 1, lagPerReplica: 1 },
    retry: { attempts: 3, firstDelayMs: 1 },
    inbox: 'table',
    handle: async () => undefined,
  }) as AnyWorker;
  await runWorker(worker, {
    source: { consume: async (given) => ((source = given), { stop: async () => undefined }) },
    sink: { publish: () => Promise.reject(new Error('nothing is to be put aside')) },
    transactions: {
      run: (service, work) =>
        transactions.run(service, (scope) =>
          work({
            ...scope,
            inbox: (consumer, keys) => (tries.push(keys[0]!.bucket), scope.inbox(consumer, keys)),
          }),
        ),
    },
    shared: {} as SharedPorts,
    logger: silentLogger,
    heartbeats: createHeartbeats(),
    oneBucketPerCall: true,
    tools: { region: 'us-east', partitions, signal: new AbortController().signal },
  });
  for (const bucket of [1, 3]) await takeAway(bucket);

  const failure = await source!.handle([0, 1, 2, 3, 4].map(message)).catch((error: unknown) => error);
  expect((failure as PartlyHandled).unhandled.map(({ partition }) => partition)).toEqual([1, 3]);
  expect(tries).toEqual([0, 1, 1, 1, 2, 3, 4]);
  expect(await handled()).toEqual([0, 2, 4]);

  await database.pool.query('drop function away cascade');
  await source!.handle((failure as PartlyHandled).unhandled);
  expect(await handled()).toEqual([0, 1, 2, 3, 4]);
});

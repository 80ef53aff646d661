import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecommendations } from '../adapters/postgres/copurchases.ts';
import { topics } from '../contracts/topics.ts';
import { bucketOf } from '../domain/ids.ts';
import { sharedStack } from '../scripts/testing/shared-stack.ts';
import { startWorkerHarness, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { learnCopurchases } from './learn-copurchases.ts';

let harness: WorkerHarness;
const skus = sampleCommands.PlaceOrder.lines.map(({ sku }) => sku).toSorted();
/** What the sample order has beside a SKU. */
const beside = (sku: string, count: number) =>
  skus.filter((other) => other !== sku).map((other) => ({ sku: other, count }));
const paid = ['RecordStockReserved', 'RecordFraudCleared', 'RecordPaymentCaptured'] as const;

beforeAll(async () => {
  harness = await startWorkerHarness();
}, 180_000);
beforeEach(async () => {
  await harness.published();
  await harness.pool.query(
    'truncate recommendation.copurchases, recommendation.inbox, recommendation.outbox',
  );
});
afterAll(() => harness?.close(), 60_000);

const boughtWith = (sku: string) =>
  createRecommendations(harness.pool, sharedStack.partitions).boughtWith(sku, 10);
const told = async () =>
  (
    await harness.pool.query<{ bucket: number; key: string; payload: unknown }>(
      'select bucket, key, payload from recommendation.outbox order by key',
    )
  ).rows;

test('counts paid orders once, whatever is delivered again, and the rest not at all', async () => {
  const worker = await harness.run(learnCopurchases);
  for (let orders = 0; orders < 3; orders += 1) await harness.order(0, paid);
  await harness.order(0, ['RecordStockReserved']);
  const messages = await harness.published();
  await worker.deliver(messages);
  await worker.deliver(messages);
  await worker.deliver(messages.toReversed());
  for (const sku of skus) expect(await boughtWith(sku)).toEqual(beside(sku, 3));
  expect(worker.letters).toEqual([]);
  const { rows } = await harness.pool.query('select count(*)::int from recommendation.inbox');
  expect(rows).toEqual([{ count: 3 }]);
});

test('tells of each SKU when the ranks change, in the buckets of the SKUs, and not of counts alone', async () => {
  const worker = await harness.run(learnCopurchases);
  await harness.order(0, paid);
  await worker.deliver(await harness.published());
  await harness.order(0, paid);
  await worker.deliver(await harness.published());
  const messages = await told();
  expect(messages.map(({ key, bucket }) => [key, bucket])).toEqual(
    skus.map((sku) => [sku, bucketOf(sku, sharedStack.partitions)]),
  );
  for (const { payload, key } of messages) {
    const event = topics.recommendationEvents.events.CopurchasesLearned.parse(payload);
    expect(event.boughtWith).toEqual(beside(key, 1));
  }
});

import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bucketOf } from '../../domain/ids.ts';
import type { TransactionScope } from '../../platform/ports/transactions.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { copurchasesContract } from './copurchases.contract.ts';
import { createRecommendations } from './copurchases.ts';
import { createFraudAssessments } from './fraud-assessments.ts';
import { notificationsContract } from './notifications.contract.ts';
import { createNotifications, listNotificationsStatement } from './notifications.ts';
import { createTransactions } from './transactions.ts';

const { partitions } = sharedStack;
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);

const run = <Result>(work: (scope: TransactionScope) => Promise<Result>): Promise<Result> =>
  createTransactions(pool, { partitions }).run('recommendation', work);

copurchasesContract('PostgreSQL', () => ({
  run: (work) => run(({ copurchases }) => work(copurchases)),
  recommendations: createRecommendations(pool, partitions),
}));

notificationsContract('PostgreSQL', () => ({
  run: (work) => run(({ mails }) => work(mails)),
  notifications: createNotifications(pool),
}));

test('a page of notifications reads no more rows than it shows', async () => {
  await pool.query(
    `insert into notification.mails (bucket, order_id, step, status, user_id, settled_at)
     select n % 12, 'many-' || n, 'OrderShipped', 'sent', 'many-' || n % 10, now() - n * interval '1 second'
     from generate_series(1, 5000) n`,
  );
  await pool.query('analyze notification.mails');
  const page = ['many-3', 'infinity', '', '', 20];
  expect(await rowsScanned(pool, 'mails', listNotificationsStatement, page)).toBeLessThanOrEqual(20);
  const before = new Date(Date.now() - 2_000_000).toISOString();
  const later = ['many-3', before, 'x', 'x', 20];
  expect(await rowsScanned(pool, 'mails', listNotificationsStatement, later)).toBeLessThanOrEqual(20);
});

test('an assessment is found by its order', async () => {
  await pool.query(
    `insert into fraud.scores (bucket, order_id, score, outcome, signals)
     values ($1, 'ord_scored', 45, 'review', '{many-orders,high-amount}')`,
    [bucketOf('ord_scored', partitions)],
  );
  const assessments = createFraudAssessments(pool, partitions);
  expect(await assessments.find('ord_scored')).toEqual({
    orderId: 'ord_scored',
    score: 45,
    outcome: 'review',
    signals: ['many-orders', 'high-amount'],
    scoredAt: expect.any(Date),
  });
  expect(await assessments.find('ord_other')).toBeUndefined();
});

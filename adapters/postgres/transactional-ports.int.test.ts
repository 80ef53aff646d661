import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { genesisHash, linkHash } from '../../domain/audit/chain.ts';
import type { FraudInput } from '../../domain/fraud/score.ts';
import type { AuditEntry } from '../../platform/ports/audit-chain.ts';
import type { BlockedLists, FraudOrder } from '../../platform/ports/fraud-scores.ts';
import type { TransactionScope } from '../../platform/ports/transactions.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createTransactions } from './transactions.ts';
import { createUsers } from './users.ts';

const partitions = 12;

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);

const run = <Result>(work: (scope: TransactionScope) => Promise<Result>): Promise<Result> =>
  createTransactions(pool, { partitions }).run('fraud', work);

const start = Date.UTC(2026, 4, 1, 12);
const order = (n: number, changes: Partial<FraudOrder> = {}): FraudOrder => ({
  bucket: n % partitions,
  orderId: `order${n}`,
  userId: 'user1',
  placedAt: new Date(start + n * 1000),
  totalMinor: 1000 + n,
  currency: 'USD',
  cardHash: 'card1',
  shipToCountry: 'US',
  addressHash: 'address1',
  ...changes,
});

async function score(...orders: readonly FraudOrder[]) {
  const seen: { input: FraudInput; blocked: BlockedLists }[] = [];
  const results = await run(({ scores }) =>
    scores.scoreAll(orders, (input, blocked) => {
      seen.push({ input, blocked });
      return { score: 50, outcome: 'review', signals: ['many-orders', 'high-amount'] };
    }),
  );
  return { results, inputs: seen.map(({ input }) => input), blocked: seen[0]?.blocked };
}

describe('fraud scores', () => {
  beforeEach(() =>
    pool.query('truncate fraud.scores, fraud.activity, fraud.blocked, users.users, users.emails'),
  );

  test('an order is scored once, twice in one batch included', async () => {
    const { results } = await score(order(1), order(2), order(1));
    expect(results.map((result) => result?.outcome)).toEqual(['review', 'review', undefined]);
    expect((await score(order(2), order(3))).results.map((result) => result?.score)).toEqual([undefined, 50]);
    const { rows } = await pool.query('select order_id, signals from fraud.scores order by order_id');
    expect(rows).toEqual(
      [1, 2, 3].map((n) => ({ order_id: `order${n}`, signals: ['many-orders', 'high-amount'] })),
    );
  });

  test('counts the orders before each one and the cards up to it, and no other user', async () => {
    await score(order(0, { placedAt: new Date(start - 2 * 3_600_000), cardHash: 'old card' }));
    await score(order(-1, { placedAt: new Date(start - 25 * 3_600_000), cardHash: 'last week' }));
    const { inputs } = await score(
      order(3, { cardHash: 'card3' }),
      order(1),
      order(2),
      order(4, { userId: 'user2' }),
    );
    expect(inputs.map(({ ordersLastHour, cardsLastDay }) => [ordersLastHour, cardsLastDay])).toEqual([
      [2, 3],
      [0, 2],
      [1, 2],
      [0, 1],
    ]);
  });

  test('knows the blocked ones among its orders, and where their users live', async () => {
    await pool.query(
      `insert into fraud.blocked values ('user', 'user1'), ('address', 'address2'), ('user', 'else')`,
    );
    const user = { name: 'A', postalCode: '1', createdAt: new Date() };
    const users = createUsers(pool, partitions);
    await users.create({ ...user, userId: 'user1', email: 'a@example.com', country: 'DE' });
    await users.create({ ...user, userId: 'user2', email: 'b@example.com', country: 'US' });
    const { inputs, blocked } = await score(
      order(1),
      order(2, { userId: 'user2', addressHash: 'address2' }),
      order(3, { userId: 'unknown' }),
    );
    expect(inputs.map(({ shippingMatchesBilling }) => shippingMatchesBilling)).toEqual([false, true, true]);
    expect(blocked).toEqual({
      userIds: new Set(['user1']),
      addressHashes: new Set(['address2']),
      deviceIds: new Set(),
    });
  });
});

const mail = (orderId: string, step = 'OrderShipped') => ({ bucket: 1, orderId, userId: 'user1', step });

describe('mail log', () => {
  beforeEach(() => pool.query('truncate notification.mails'));
  test('a mail is claimed once, unsettled until it is settled, and settled once', async () => {
    const mails = [mail('a'), mail('b'), mail('a'), mail('a', 'OrderRefunded')];
    const claimed = await run((scope) => scope.mails.claim(mails, 60_000));
    expect(claimed).toMatchObject({ fresh: [0, 1, 3], unsettled: [], busy: [] });
    expect(await run((scope) => scope.mails.settle([mail('a'), mail('a')], 'sent'))).toEqual([0]);
    expect(await run((scope) => scope.mails.settle([mail('a'), mail('never-claimed')], 'sent'))).toEqual([]);
    expect(await run((scope) => scope.mails.settle([mail('a', 'OrderRefunded')], 'failed'))).toEqual([0]);
    expect(await run((scope) => scope.mails.claim([...mails, mail('c')], 0))).toMatchObject({
      fresh: [4],
      unsettled: [1],
      busy: [],
    });
    const { rows } = await pool.query('select order_id, step, status from notification.mails order by 1, 2');
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
      'a OrderRefunded failed',
      'a OrderShipped sent',
      'b OrderShipped claimed',
      'c OrderShipped claimed',
    ]);
  });

  test('a mail that another is sending is busy until its claim is old or given up', async () => {
    const mails = [mail('a'), mail('b')];
    const { claimedAt } = await run((scope) => scope.mails.claim(mails, 60_000));
    const again = () => run((scope) => scope.mails.claim(mails, 60_000));
    expect(await again()).toMatchObject({ fresh: [], unsettled: [], busy: [0, 1] });
    await run((scope) => scope.mails.release([mail('b'), mail('never-claimed')], claimedAt));
    expect(await again()).toMatchObject({ fresh: [], unsettled: [1], busy: [0] });
    expect(await again()).toMatchObject({ fresh: [], unsettled: [], busy: [0, 1] });
    // A release that comes late finds the claim of another.
    await run((scope) => scope.mails.release([mail('b')], claimedAt));
    expect(await again()).toMatchObject({ fresh: [], unsettled: [], busy: [0, 1] });
  });
  test('two that claim at once share the mails', async () => {
    const mails = Array.from({ length: 50 }, (_, n) => mail(`order${n}`));
    const claims = await Promise.all(
      [mails, mails.toReversed()].map((own) => run((scope) => scope.mails.claim(own, 60_000))),
    );
    expect(claims.reduce((sum, { fresh }) => sum + fresh.length, 0)).toBe(50);
  });
});

const total = (category: string, orders: number) => ({
  date: '2026-05-01',
  category,
  region: 'us-east',
  currency: 'USD',
  orders,
  totalMinor: orders * 3_000_000_000,
});

describe('sales', () => {
  beforeEach(() => pool.query('truncate analytics.sales'));
  test('answers with absolute values, also when writers meet', async () => {
    expect(await run(({ sales }) => sales.add([total('tea', 1), total('cups', 2), total('tea', 4)]))).toEqual(
      [total('cups', 2), total('tea', 5)],
    );
    const both = [total('tea', 1), total('cups', 1)];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => run(({ sales }) => sales.add(n % 2 ? both : both.toReversed()))),
    );
    expect(await run(({ sales }) => sales.add(both))).toEqual([total('cups', 23), total('tea', 26)]);
  });
});

const entry = (n: number): AuditEntry => ({
  bucket: n % 3,
  eventId: `event${n}`,
  subject: `order${n}`,
  action: 'OrderPlaced',
  dataHash: `hash of ${n}`,
  at: new Date(n).toISOString(),
});

const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => entry(from + n));

describe('audit chain', () => {
  beforeEach(() => pool.query('truncate audit.links, audit.entries'));
  test('writers at once leave chains without gaps, whose hashes can be computed again', async () => {
    const batches = Array.from({ length: 10 }, (_, n) => entries(n * 15, n * 15 + 30));
    const links = await Promise.all(
      batches.map((batch, n) =>
        run(({ auditChain }) => auditChain.append(n % 2 ? batch : batch.toReversed())),
      ),
    );
    expect(links.flat().flatMap((link) => link.entries)).toHaveLength(165);
    for (const bucket of [0, 1, 2]) {
      const chain = links
        .flat()
        .filter((link) => link.bucket === bucket)
        .toSorted((a, b) => a.sequence - b.sequence);
      expect(chain.map(({ sequence }) => sequence)).toEqual(chain.map((_, index) => index + 1));
      let previousHash = genesisHash;
      for (const { sequence } of chain) {
        const { rows } = await pool.query<AuditEntry>(
          `select bucket, event_id as "eventId", subject, action, data_hash as "dataHash", at from audit.entries
           where bucket = $1 and sequence = $2 order by position`,
          [bucket, sequence],
        );
        const stored = await pool.query(
          'select previous_hash, hash from audit.links where bucket = $1 and sequence = $2',
          [bucket, sequence],
        );
        const hash = linkHash(previousHash, sequence, rows);
        expect(stored.rows).toEqual([{ previous_hash: previousHash, hash }]);
        previousHash = hash;
      }
    }
  });

  test('a repeated entry is left out, and a batch without a new one makes no link', async () => {
    const first = await run(({ auditChain }) => auditChain.append([entry(0), entry(3), entry(0)]));
    expect(first.map(({ sequence, entries: own }) => [sequence, own.map(({ eventId }) => eventId)])).toEqual([
      [1, ['event0', 'event3']],
    ]);
    expect(await run(({ auditChain }) => auditChain.append([entry(3), entry(0)]))).toEqual([]);
    const next = await run(({ auditChain }) => auditChain.append([entry(3), entry(6)]));
    expect(next).toMatchObject([{ sequence: 2, previousHash: first[0]?.hash, entries: [entry(6)] }]);
    expect(next[0]?.bucket).toBe(0);
  });
});

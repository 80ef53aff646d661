import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalogue } from '../adapters/postgres/catalogue.ts';
import { createStockLevels } from '../adapters/postgres/stock-levels.ts';
import { createUsers } from '../adapters/postgres/users.ts';
import { blockedUser, scarceSkus, seed, seedSkus, seedUsers } from './seed.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';
import { sharedStack } from './testing/shared-stack.ts';

const settings = { partitions: 12, region: 'us-east' };

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
}, 180_000);
afterAll(() => database?.close(), 60_000);

async function tables(): Promise<unknown> {
  const { rows } = await database.pool.query<{ name: string; hash: string }>(
    [
      'catalogue.products',
      'inventory.stock',
      'inventory.receipts',
      'inventory.warehouses',
      'users.users',
      'users.emails',
    ]
      .map(
        (name) =>
          `select '${name}' as name, count(*)::int, md5(string_agg(t::text, ';' order by t::text)) as hash from ${name} t`,
      )
      .join(' union all '),
  );
  return rows;
}

test('fills a shop once, and a repetition changes nothing', async () => {
  const startedMs = performance.now();
  const summary = await seed(database.url, settings);
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect(summary).toMatchObject({ seeded: true, products: 2000, users: 500, warehouses: 5 });
  const before = await tables();
  expect(await seed(database.pool, settings)).toEqual({ ...summary, seeded: false });
  expect(await tables()).toEqual(before);
});

test('what scripts know without a database is what lies in it', async () => {
  await seed(database.pool, settings);
  const products = await createCatalogue(database.pool).find(seedSkus);
  expect([...products.keys()].toSorted()).toEqual([...seedSkus].toSorted());
  const users = await createUsers(database.pool, settings.partitions).find(seedUsers('us-east'));
  expect(users.size).toBe(500);
  const { rows } = await database.pool.query('select kind, value from fraud.blocked');
  expect(rows).toEqual([{ kind: 'user', value: blockedUser('us-east') }]);
  const stockLevels = createStockLevels(database.pool, settings);
  expect(await stockLevels.warehouses()).toEqual(['use-1', 'use-2', 'usw-1', 'euc-1', 'aps-1']);
  const units = new Map<string, number>();
  for (const { sku, onHand, reserved } of await stockLevels.levels(seedSkus))
    units.set(sku, (units.get(sku) ?? 0) + onHand - reserved);
  expect(scarceSkus.map((sku) => units.get(sku)!).toSorted((a, b) => a - b)).toEqual(
    [0, 1, 2, 3].flatMap((count) => Array.from({ length: 5 }, () => count)),
  );
  const plenty = seedSkus.filter((sku) => !scarceSkus.includes(sku));
  expect(Math.min(...plenty.map((sku) => units.get(sku)!))).toBeGreaterThanOrEqual(100_000);
});

test('every unit on a shelf has its receipt', async () => {
  await seed(database.pool, settings);
  const { rows } = await database.pool.query(
    `select s.warehouse_id, s.sku from inventory.stock s
     left join inventory.receipts r on r.receipt_id = 'seed/' || s.warehouse_id || '/' || s.sku
     where s.on_hand <> coalesce(r.quantity, 0)`,
  );
  expect(rows).toEqual([]);
});

test('a second region adds its customers, and a later seed only what is new', async () => {
  await seed(database.pool, settings);
  const europe = { ...settings, region: 'eu-central' };
  expect(await seed(database.pool, europe)).toMatchObject({ seeded: true });
  const count = async (table: string) =>
    (await database.pool.query<{ count: number }>(`select count(*)::int from ${table}`)).rows[0]?.count;
  expect(await count('users.users')).toBe(1000);
  expect(await count('users.emails')).toBe(1000);
  const receipts = (await count('inventory.receipts'))!;
  await seed(database.pool, { ...settings, products: 2040 });
  expect(await count('catalogue.products')).toBe(2040);
  expect(await count('inventory.receipts')).toBeGreaterThan(receipts + 79);
  await expect(seed(database.pool, { ...settings, region: 'atlantis' })).rejects.toThrow(/no region/);
});

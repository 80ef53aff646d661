import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bucketOf } from '../../domain/ids.ts';
import type { User } from '../../platform/ports/users.ts';
import { openTestDatabase, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createCarts } from './carts.ts';
import { createCatalogue } from './catalogue.ts';
import { createUsers } from './users.ts';

const partitions = 12;

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);

const user = (n: number, email = `user${n}@example.com`): User => ({
  userId: `usr${n}`,
  email,
  name: `User ${n}`,
  country: 'US',
  postalCode: '10001',
  createdAt: new Date(Date.UTC(2026, 0, n)),
});

describe('users', () => {
  beforeEach(() => pool.query('truncate users.users, users.emails'));
  test('finds those that exist, each in the bucket of its id', async () => {
    const users = createUsers(pool, partitions);
    await Promise.all([1, 2, 3].map((n) => users.create(user(n))));
    expect(await users.find(['usr3', 'nobody', 'usr1'])).toEqual(
      new Map([
        ['usr1', user(1)],
        ['usr3', user(3)],
      ]),
    );
    const { rows } = await pool.query('select bucket, user_id as id from users.users order by id');
    expect(rows).toEqual(['usr1', 'usr2', 'usr3'].map((id) => ({ bucket: bucketOf(id, partitions), id })));
  });

  test('an id or a mail address is taken once, in any bucket and any letter case', async () => {
    const users = createUsers(pool, partitions);
    expect(await users.create(user(1))).toBe(true);
    expect(await users.create(user(1, 'other@example.com'))).toBe(false);
    expect(await users.create(user(2, 'USER1@Example.com'))).toBe(false);
    // What was refused left nothing behind: both may be used.
    expect(await users.create(user(2, 'Other@example.com'))).toBe(true);
    const race = await Promise.all(
      Array.from({ length: 20 }, (_, n) => users.create(user(n + 10, 'one@example.com'))),
    );
    expect(race.filter(Boolean)).toHaveLength(1);
    const { rows } = await pool.query('select count(*)::int from users.users');
    expect(rows).toEqual([{ count: 3 }]);
  });
});

describe('carts', () => {
  beforeEach(() => pool.query('truncate users.carts'));
  const maxLines = 3;

  test('lines are set, replaced in their place and taken out', async () => {
    const carts = createCarts(pool, partitions);
    expect(await carts.read('usr1')).toEqual({ version: 0, lines: [] });
    await carts.setLine('usr1', { sku: 'a', quantity: 1 }, { maxLines });
    await carts.setLine('usr1', { sku: 'b', quantity: 2 }, { maxLines });
    expect(await carts.setLine('usr1', { sku: 'a', quantity: 5 }, { maxLines })).toEqual({
      version: 3,
      lines: [
        { sku: 'a', quantity: 5 },
        { sku: 'b', quantity: 2 },
      ],
    });
    const cart = await carts.setLine('usr1', { sku: 'a', quantity: 0 }, { maxLines });
    expect(cart).toEqual({ version: 4, lines: [{ sku: 'b', quantity: 2 }] });
    expect(await carts.read('usr1')).toEqual(cart);
    expect(await carts.read('usr2')).toEqual({ version: 0, lines: [] });
  });

  test('a cart of another version is left as it is', async () => {
    const carts = createCarts(pool, partitions);
    const line = { sku: 'a', quantity: 1 };
    expect(await carts.setLine('usr1', line, { ifVersion: 1, maxLines })).toBe('version-mismatch');
    expect(await carts.read('usr1')).toEqual({ version: 0, lines: [] });
    expect(await carts.setLine('usr1', line, { ifVersion: 0, maxLines })).toEqual({
      version: 1,
      lines: [line],
    });
    expect(await carts.setLine('usr1', line, { ifVersion: 0, maxLines })).toBe('version-mismatch');
    const race = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((sku) =>
        carts.setLine('usr1', { sku, quantity: 2 }, { ifVersion: 1, maxLines }),
      ),
    );
    expect(race.filter((result) => result !== 'version-mismatch')).toHaveLength(1);
    expect((await carts.read('usr1')).version).toBe(2);
  });

  test('a full cart takes no new line, but changes the ones it has', async () => {
    const carts = createCarts(pool, partitions);
    for (const sku of ['a', 'b', 'c']) await carts.setLine('usr1', { sku, quantity: 1 }, { maxLines });
    expect(await carts.setLine('usr1', { sku: 'd', quantity: 1 }, { maxLines })).toBe('cart-full');
    expect(await carts.setLine('usr1', { sku: 'd', quantity: 1 }, { ifVersion: 3, maxLines })).toBe(
      'cart-full',
    );
    expect(await carts.setLine('usr1', { sku: 'd', quantity: 1 }, { ifVersion: 2, maxLines })).toBe(
      'version-mismatch',
    );
    expect(await carts.setLine('usr1', { sku: 'c', quantity: 9 }, { maxLines })).toMatchObject({
      version: 4,
    });
  });

  test('no version comes twice, not even after the cart was cleared', async () => {
    const carts = createCarts(pool, partitions);
    await carts.setLine('usr1', { sku: 'a', quantity: 1 }, { maxLines });
    await carts.clear('usr1', 0);
    expect(await carts.read('usr1')).toMatchObject({ version: 1 });
    await carts.clear('usr1', 1);
    expect(await carts.read('usr1')).toEqual({ version: 2, lines: [] });
    await carts.clear('usr1', 2);
    await carts.clear('nobody', 0);
    expect(await carts.setLine('usr1', { sku: 'b', quantity: 1 }, { ifVersion: 2, maxLines })).toEqual({
      version: 3,
      lines: [{ sku: 'b', quantity: 1 }],
    });
  });
});

test('products are found by SKU, and listed in pages and by category', async () => {
  await pool.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams)
     select 'p' || n, 'Product ' || n, case when n % 2 = 0 then 'tea' else 'cups' end, '{"USD": 100}', n
     from generate_series(1, 6) n`,
  );
  const catalogue = createCatalogue(pool);
  expect(await catalogue.find(['p2', 'nothing'])).toEqual(
    new Map([
      ['p2', { sku: 'p2', name: 'Product 2', category: 'tea', pricesMinor: { USD: 100 }, unitGrams: 2 }],
    ]),
  );
  const skus = async (options: Parameters<typeof catalogue.list>[0]) =>
    (await catalogue.list(options)).map(({ sku }) => sku);
  expect(await skus({ limit: 2 })).toEqual(['p1', 'p2']);
  expect(await skus({ limit: 9, afterSku: 'p4' })).toEqual(['p5', 'p6']);
  expect(await skus({ limit: 2, afterSku: 'p2', category: 'tea' })).toEqual(['p4', 'p6']);
});

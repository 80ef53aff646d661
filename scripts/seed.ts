import type { Pool } from 'pg';
import { createPool, inTransaction } from '../adapters/postgres/pool.ts';
import { translated, type Queryable } from '../adapters/postgres/queryable.ts';
import { bucketOf } from '../domain/ids.ts';
import type { Product } from '../platform/ports/catalogue.ts';
import type { User } from '../platform/ports/users.ts';
import { defaultUsers, usersOf } from './seed/people.ts';
import { defaultProducts, productsOf, skuOf } from './seed/products.ts';
import { deliveriesOf, warehouses, type Delivery } from './seed/warehouses.ts';

export { scarceSkus } from './seed/warehouses.ts';

/** The SKUs of the shop; `scarceSkus` are among them. */
export const seedSkus: readonly string[] = Array.from({ length: defaultProducts }, (_, n) => skuOf(n));

/** The ids of a region's customers; the last one is `blockedUser`. */
export function seedUsers(region: string): readonly string[] {
  return usersOf(region).map(({ userId }) => userId);
}

/** The customer whose orders are always refused as fraud. */
export function blockedUser(region: string): string {
  return seedUsers(region).at(-1)!;
}

export type SeedSettings = {
  /** The environment's number of buckets. */
  readonly partitions: number;
  /** Of the customers. */
  readonly region: string;
  readonly products?: number;
  readonly users?: number;
};

export type SeedSummary = {
  /** False when everything was there before. */
  readonly seeded: boolean;
  readonly products: number;
  readonly users: number;
  readonly warehouses: number;
  /** SKUs by warehouse. */
  readonly stockRows: number;
};

/**
 * Fills a migrated database with a shop: products, warehouses, stock with its receipts, and customers. The same on every
 * machine, in one transaction; a repetition only looks whether it is all there.
 */
export async function seed(database: Pool | string, settings: SeedSettings): Promise<SeedSummary> {
  if (typeof database !== 'string') return seedPool(database, settings);
  const pool = createPool({ url: database, maxConnections: 1, longStatements: true });
  try {
    return await seedPool(pool, settings);
  } finally {
    await pool.end();
  }
}

async function seedPool(pool: Pool, settings: SeedSettings): Promise<SeedSummary> {
  const { partitions, region } = settings;
  const products = productsOf(settings.products ?? defaultProducts);
  const deliveries = deliveriesOf(products.length);
  const users = usersOf(region, settings.users ?? defaultUsers);
  const summary = {
    products: products.length,
    users: users.length,
    warehouses: warehouses.length,
    stockRows: deliveries.length,
  };
  if (await isSeeded(translated(pool), products, users, partitions)) return { seeded: false, ...summary };
  await inTransaction(pool, async (client) => {
    await Promise.all([
      insertProducts(client, products),
      insertWarehouses(client),
      insertStock(client, deliveries),
      insertUsers(client, users, partitions),
    ]);
    // The first queries are planned before autovacuum has seen the new rows.
    return {
      result: undefined,
      last: client.query('analyze catalogue.products, inventory.stock, users.users'),
    };
  });
  return { seeded: true, ...summary };
}

/** The last of each is there only when all are: they come in one transaction. */
async function isSeeded(
  client: Queryable,
  products: readonly Product[],
  users: readonly User[],
  partitions: number,
): Promise<boolean> {
  const userId = users.at(-1)?.userId ?? '';
  const { rows } = await client.query<{ found: boolean }>(
    `select exists (select from catalogue.products where sku = $1)
       and exists (select from users.users where bucket = $2 and user_id = $3) as found`,
    [products.at(-1)?.sku, bucketOf(userId, partitions), userId],
  );
  return rows[0]?.found === true;
}

async function insertProducts(client: Queryable, products: readonly Product[]): Promise<void> {
  await client.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams)
     select n.sku, n.name, n.category, n.prices_minor::jsonb, n.unit_grams
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])
       as n(sku, name, category, prices_minor, unit_grams)
     order by n.sku on conflict do nothing`,
    [
      products.map(({ sku }) => sku),
      products.map(({ name }) => name),
      products.map(({ category }) => category),
      products.map(({ pricesMinor }) => JSON.stringify(pricesMinor)),
      products.map(({ unitGrams }) => unitGrams),
    ],
  );
}

async function insertWarehouses(client: Queryable): Promise<void> {
  await client.query(
    `insert into inventory.warehouses (warehouse_id, region, priority)
     select * from unnest($1::text[], $2::text[], $3::int[]) on conflict do nothing`,
    [
      warehouses.map(({ warehouseId }) => warehouseId),
      warehouses.map(({ region }) => region),
      warehouses.map(({ priority }) => priority),
    ],
  );
}

/** Every unit on a shelf has its receipt, as the audit wants it; a SKU that is sold out has a row without units. */
async function insertStock(client: Queryable, deliveries: readonly Delivery[]): Promise<void> {
  await client.query(
    `with delivered as (
       select * from unnest($1::text[], $2::text[], $3::bigint[]) as n(warehouse_id, sku, quantity)
     ), booked as (
       insert into inventory.receipts (receipt_id, warehouse_id, sku, quantity)
       select 'seed/' || warehouse_id || '/' || sku, warehouse_id, sku, quantity from delivered where quantity > 0
       order by 1 on conflict do nothing
       returning warehouse_id, sku, quantity
     )
     insert into inventory.stock as s (warehouse_id, sku, on_hand, reserved)
     select warehouse_id, sku, coalesce(booked.quantity, 0), 0
     from delivered left join booked using (warehouse_id, sku)
     order by warehouse_id, sku
     on conflict (warehouse_id, sku) do update set on_hand = s.on_hand + excluded.on_hand where excluded.on_hand > 0`,
    [
      deliveries.map(({ warehouseId }) => warehouseId),
      deliveries.map(({ sku }) => sku),
      deliveries.map(({ quantity }) => quantity),
    ],
  );
}

async function insertUsers(client: Queryable, users: readonly User[], partitions: number): Promise<void> {
  const emails = users.map(({ email }) => email.toLowerCase());
  const userIds = users.map(({ userId }) => userId);
  await Promise.all([
    client.query(
      `insert into users.users (bucket, user_id, email, name, country, postal_code, created_at)
       select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
       on conflict do nothing`,
      [
        userIds.map((userId) => bucketOf(userId, partitions)),
        userIds,
        users.map(({ email }) => email),
        users.map(({ name }) => name),
        users.map(({ country }) => country),
        users.map(({ postalCode }) => postalCode),
        users.map(({ createdAt }) => createdAt),
      ],
    ),
    client.query(
      `insert into users.emails (bucket, email, user_id)
       select * from unnest($1::int[], $2::text[], $3::text[]) on conflict do nothing`,
      [emails.map((email) => bucketOf(email, partitions)), emails, userIds],
    ),
    client.query(`insert into fraud.blocked (kind, value) values ('user', $1) on conflict do nothing`, [
      userIds.at(-1),
    ]),
  ]);
}

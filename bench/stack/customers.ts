import { bucketOf, userIdOf } from '../../domain/ids.ts';
import type { LocalStack } from '../../environments/local.ts';
import type { Database } from './database.ts';
import type { LoadPlan } from '../load/plan.ts';

/** The customers are `userIdOf(region, '<seed>-<n>')`. */
export const userSeed = 'bench-user';
const unitsToAdd = 10_000_000;
const chunk = 5000;

/** Where to send a load, and as whom. */
export type Shop = Pick<
  LoadPlan,
  'url' | 'authSecret' | 'tokensFrom' | 'userSeed' | 'users' | 'skus' | 'shipTo'
>;

/**
 * Adds so many customers that none orders more often than a person would (fraud scoring looks at that), and so much
 * stock that it lasts: each unit with its receipt, as the auditor wants it.
 */
export async function fillShop(stack: LocalStack, database: Database, users: number): Promise<Shop> {
  const shipTo = { country: 'US', postalCode: '10001' };
  for (let from = 1; from <= users; from += chunk) {
    const numbers = Array.from({ length: Math.min(chunk, users - from + 1) }, (_, index) => from + index);
    const ids = numbers.map((number) => userIdOf('us-east', `${userSeed}-${number}`));
    await database.query(
      `insert into users.users (bucket, user_id, email, name, country, postal_code)
       select bucket, user_id, 'customer-' || number || '@bench.example', 'Customer ' || number, $4, $5
       from unnest($1::int[], $2::text[], $3::int[]) as u(bucket, user_id, number) on conflict do nothing`,
      [ids.map((id) => bucketOf(id, stack.partitions)), ids, numbers, shipTo.country, shipTo.postalCode],
    );
  }
  await database.query(
    `with filled as (
       update inventory.stock set on_hand = on_hand + $1::bigint returning warehouse_id, sku
     )
     insert into inventory.receipts (receipt_id, warehouse_id, sku, quantity)
     select gen_random_uuid()::text, warehouse_id, sku, $1::bigint from filled`,
    [unitsToAdd],
  );
  // Modest amounts only: what costs much is looked at by a person.
  const products = await database.query<{ sku: string }>(
    `select sku from catalogue.products
     where (prices_minor->>'USD')::int < 20000 and sku in (select sku from inventory.stock) order by sku`,
  );
  const { host, ports, authSecret } = stack;
  const skus = products.map(({ sku }) => sku);
  if (skus.length === 0) throw new Error('the catalogue has no product that a customer could order');
  await database.query('analyze');
  const url = `http://${host}:${ports.gateway}`;
  return { url, authSecret, tokensFrom: Math.floor(Date.now() / 1000), userSeed, users, skus, shipTo };
}

import { Client } from 'pg';
import { bucketOf, userIdOf, type Region } from '../domain/ids.ts';

export const seedSkus: readonly string[] = Array.from({ length: 2000 }, (_, n) => `sku-${String(n).padStart(4, '0')}`);
export const scarceSkus: readonly string[] = seedSkus.slice(0, 20);
export const seedUsers = (region: string): readonly string[] => Array.from({ length: 500 }, (_, n) => userIdOf(region as Region, `seed-user-${n + 1}`));
export const blockedUser = (region: string): string => seedUsers(region)[499]!;
export async function seed(url: string, { partitions, region }: { partitions: number; region: string }): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('select 1 from catalogue.products limit 1');
    if (rows.length > 0) return;
    await client.query('begin');
    await client.query(`insert into inventory.warehouses values ('use-1','us-east',1),('use-2','us-east',2)`);
    await client.query(`insert into catalogue.products (sku,name,category,prices_minor,unit_grams) select s, s, 'tea', '{"USD":1999,"EUR":1899,"SGD":2599}', 200 from unnest($1::text[]) s`, [seedSkus]);
    await client.query(`insert into inventory.receipts (receipt_id, warehouse_id, sku, quantity) select 'seed/'||w||'/'||s, w, s, case when s = any($2::text[]) then 1 else 100000 end from unnest($1::text[]) s, unnest(array['use-1','use-2']) w`, [seedSkus, scarceSkus]);
    await client.query(`insert into inventory.stock select warehouse_id, sku, quantity, 0 from inventory.receipts`);
    const users = seedUsers(region);
    await client.query(`insert into users.users (bucket,user_id,email,name,country,postal_code) select b, u, 'user'||n||'@example.com', 'User '||n, 'US', '10001' from unnest($1::int[], $2::text[]) with ordinality as x(b,u,n)`, [users.map((u) => bucketOf(u, partitions)), users]);
    await client.query(`insert into fraud.blocked values ('user', $1)`, [blockedUser(region)]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

import type { Pool } from 'pg';
import { bucketOf } from '../../domain/ids.ts';
import type { User, Users } from '../../platform/ports/users.ts';
import { rowsByBucket } from './by-bucket.ts';
import { inTransaction } from './pool.ts';
import { translated } from './queryable.ts';

export { createCarts } from './carts.ts';

/** The customers, by the bucket of their id. */
export function createUsers(pool: Pool, partitions: number): Users {
  const database = translated(pool);
  return {
    create: (user) => createUser(pool, user, partitions),
    async find(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await rowsByBucket<User>(
        database,
        `select u.user_id as "userId", u.email, u.name, u.country, u.postal_code as "postalCode",
           u.created_at as "createdAt"
         from unnest($1::int[], $2::text[]) as k(bucket, user_id)
         join users.users u on u.bucket = k.bucket and u.user_id = k.user_id /* one bucket: and u.bucket = $bucket */`,
        [userIds.map((userId) => bucketOf(userId, partitions)), userIds],
      );
      return new Map(rows.map((user) => [user.userId, user]));
    },
  };
}

/** A user lies in the bucket of the id and the claim of the mail address in its own, where it can be unique. */
function createUser(pool: Pool, user: User, partitions: number): Promise<boolean> {
  const { userId, email, name, country, postalCode, createdAt } = user;
  const bucket = bucketOf(userId, partitions);
  const address = email.toLowerCase();
  const addressBucket = bucketOf(address, partitions);
  return inTransaction(pool, async (client) => {
    const [created, claimed] = await Promise.all([
      client.query(
        `insert into users.users (bucket, user_id, email, name, country, postal_code, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [bucket, userId, email, name, country, postalCode, createdAt],
      ),
      client.query(
        'insert into users.emails (bucket, email, user_id) values ($1, $2, $3) on conflict do nothing',
        [addressBucket, address, userId],
      ),
    ]);
    if (created.rowCount === 1 && claimed.rowCount === 1) return { result: true };
    if (created.rowCount === 1)
      await client.query('delete from users.users where bucket = $1 and user_id = $2', [bucket, userId]);
    if (claimed.rowCount === 1)
      await client.query('delete from users.emails where bucket = $1 and email = $2', [
        addressBucket,
        address,
      ]);
    return { result: false };
  });
}

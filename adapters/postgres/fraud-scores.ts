import type { FraudInput } from '../../domain/fraud/score.ts';
import { bucketOf } from '../../domain/ids.ts';
import type { BlockedLists, FraudOrder, FraudScores } from '../../platform/ports/fraud-scores.ts';
import { rowsByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';

/** More of a user's latest orders than this are not looked at: no rule counts that far, and the work stays bounded. */
const mostActivity = 50;

/** Scores in two round trips: the facts of all orders, then the scores. */
export function createFraudScores(client: Queryable, partitions: number): FraudScores {
  return {
    async scoreAll(orders, score) {
      if (orders.length === 0) return [];
      const [, velocities, countries, blocked] = await Promise.all([
        recordActivity(client, orders),
        readVelocities(client, orders),
        readCountries(client, orders, partitions),
        readBlocked(client, orders),
      ]);
      const scored = orders.map((order, index) => {
        const input: FraudInput = {
          totalMinor: order.totalMinor,
          currency: order.currency,
          ...velocities[index]!,
          shippingMatchesBilling:
            (countries.get(order.userId) ?? order.shipToCountry) === order.shipToCountry,
          userId: order.userId,
          addressHash: order.addressHash,
        };
        return { order, result: score(input, blocked) };
      });
      const rows = await rowsByBucket<{ orderId: string }>(
        client,
        `insert into fraud.scores (bucket, order_id, score, outcome, signals)
         select n.bucket, n.order_id, n.score, n.outcome, string_to_array(n.signals, ',')
         from unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::text[])
           as n(bucket, order_id, score, outcome, signals)
         order by n.bucket, n.order_id
         on conflict do nothing
         returning order_id as "orderId"`,
        [
          scored.map(({ order }) => order.bucket),
          scored.map(({ order }) => order.orderId),
          scored.map(({ result }) => result.score),
          scored.map(({ result }) => result.outcome),
          scored.map(({ result }) => result.signals.join(',')),
        ],
      );
      const fresh = new Set(rows.map(({ orderId }) => orderId));
      // An order that occurs twice in the batch is scored at its first place.
      return scored.map(({ order, result }) => (fresh.delete(order.orderId) ? result : undefined));
    },
  };
}

async function recordActivity(client: Queryable, orders: readonly FraudOrder[]): Promise<void> {
  await client.query(
    `insert into fraud.activity (user_id, placed_at, order_id, card_hash)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[])
       as n(user_id, placed_at, order_id, card_hash)
     order by n.user_id, n.placed_at, n.order_id
     on conflict do nothing`,
    [
      orders.map(({ userId }) => userId),
      orders.map(({ placedAt }) => placedAt),
      orders.map(({ orderId }) => orderId),
      orders.map(({ cardHash }) => cardHash),
    ],
  );
}

type Velocity = Pick<FraudInput, 'ordersLastHour' | 'cardsLastDay'>;

/** The user's orders before each one, and the cards up to it, its own included. */
async function readVelocities(
  client: Queryable,
  orders: readonly FraudOrder[],
): Promise<readonly Velocity[]> {
  const { rows } = await client.query<Velocity>(
    `select v.orders::int as "ordersLastHour", v.cards::int as "cardsLastDay"
     from unnest($1::text[], $2::timestamptz[], $3::text[]) with ordinality
       as k(user_id, placed_at, order_id, position)
     cross join lateral (
       select count(*) filter (where a.placed_at > k.placed_at - interval '1 hour' and a.order_id <> k.order_id)
         as orders, count(distinct a.card_hash) as cards
       from (
         select placed_at, order_id, card_hash from fraud.activity
         where user_id = k.user_id and placed_at > k.placed_at - interval '1 day'
           and (placed_at, order_id) <= (k.placed_at, k.order_id)
         order by placed_at desc, order_id desc
         limit ${mostActivity}
       ) a
     ) v
     order by k.position`,
    [
      orders.map(({ userId }) => userId),
      orders.map(({ placedAt }) => placedAt),
      orders.map(({ orderId }) => orderId),
    ],
  );
  return rows;
}

/** Where the users live, as the users service has it: read and never written here. */
async function readCountries(
  client: Queryable,
  orders: readonly FraudOrder[],
  partitions: number,
): Promise<ReadonlyMap<string, string>> {
  const userIds = [...new Set(orders.map(({ userId }) => userId))];
  const rows = await rowsByBucket<{ userId: string; country: string }>(
    client,
    `select u.user_id as "userId", u.country from unnest($1::int[], $2::text[]) as k(bucket, user_id)
     join users.users u on u.bucket = k.bucket and u.user_id = k.user_id /* one bucket: and u.bucket = $bucket */`,
    [userIds.map((userId) => bucketOf(userId, partitions)), userIds],
  );
  return new Map(rows.map(({ userId, country }) => [userId, country]));
}

async function readBlocked(client: Queryable, orders: readonly FraudOrder[]): Promise<BlockedLists> {
  const userIds = [...new Set(orders.map(({ userId }) => userId))];
  const addresses = [...new Set(orders.map(({ addressHash }) => addressHash))];
  const { rows } = await client.query<{ kind: 'user' | 'address'; value: string }>(
    `select b.kind, b.value from unnest($1::text[], $2::text[]) as k(kind, value)
     join fraud.blocked b on b.kind = k.kind and b.value = k.value`,
    [
      [...userIds.map(() => 'user'), ...addresses.map(() => 'address')],
      [...userIds, ...addresses],
    ],
  );
  const valuesOf = (kind: string) =>
    new Set(rows.filter((row) => row.kind === kind).map(({ value }) => value));
  return { userIds: valuesOf('user'), addressHashes: valuesOf('address'), deviceIds: new Set() };
}

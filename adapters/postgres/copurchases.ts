import type { Pool } from 'pg';
import { bucketOf } from '../../domain/ids.ts';
import { learn, type Neighbour } from '../../domain/recommendation/copurchases.ts';
import type { Copurchases, Learned, Recommendations } from '../../platform/ports/copurchases.ts';
import { json } from './errors.ts';
import { rowsOf, translated, type Queryable } from './queryable.ts';

type Row = { readonly sku: string; readonly neighbours: readonly Neighbour[] };

/** The counts in two round trips: one that locks and reads, one that writes. */
export function createCopurchases(client: Queryable, partitions: number): Copurchases {
  return {
    async learnAll(additions) {
      if (additions.size === 0) return [];
      const places = [...additions.keys()]
        .map((sku) => ({ sku, bucket: bucketOf(sku, partitions) }))
        .toSorted((a, b) => a.bucket - b.bucket || (a.sku < b.sku ? -1 : 1));
      const buckets = places.map(({ bucket }) => bucket);
      const skus = places.map(({ sku }) => sku);
      // Makes the rows that are new and locks those that are there, in one statement and one order.
      const rows = await rowsOf<Row>(
        client,
        `insert into recommendation.copurchases as c (bucket, sku, neighbours)
         select bucket, sku, '[]' from unnest($1::int[], $2::text[]) as n(bucket, sku) order by bucket, sku
         on conflict (bucket, sku) do update set learned_at = now()
         returning c.sku, c.neighbours`,
        [buckets, skus],
      );
      const known = new Map(rows.map(({ sku, neighbours }) => [sku, neighbours]));
      const learned = skus.map((sku): Learned => {
        const before = known.get(sku) ?? [];
        return { sku, before, after: learn(before, additions.get(sku)!) };
      });
      await client.query(
        `update recommendation.copurchases c set neighbours = n.neighbours
         from rows from (unnest($1::int[]), unnest($2::text[]), jsonb_array_elements($3::jsonb))
           as n(bucket, sku, neighbours)
         where c.bucket = n.bucket and c.sku = n.sku`,
        [buckets, skus, json(learned.map(({ after }) => after))],
      );
      return learned;
    },
  };
}

/** What was learned, as it can be read without a lock: one row by its key. */
export function createRecommendations(pool: Pool, partitions: number): Recommendations {
  const database = translated(pool);
  return {
    async boughtWith(sku, limit) {
      const rows = await rowsOf<Pick<Row, 'neighbours'>>(
        database,
        'select neighbours from recommendation.copurchases where bucket = $1 and sku = $2',
        [bucketOf(sku, partitions), sku],
      );
      return rows[0]?.neighbours.slice(0, limit) ?? [];
    },
  };
}

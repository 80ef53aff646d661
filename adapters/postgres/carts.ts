import type { Pool } from 'pg';
import { bucketOf } from '../../domain/ids.ts';
import type { Cart, CartLine, Carts } from '../../platform/ports/users.ts';
import { translated } from './queryable.ts';

/** The carts, by the bucket of their user; a cart's row stays when it is empty, so that no version comes twice. */
export function createCarts(pool: Pool, partitions: number): Carts {
  const database = translated(pool);
  return {
    async read(userId) {
      const { rows } = await database.query<Cart>(
        'select version, lines from users.carts where bucket = $1 and user_id = $2',
        [bucketOf(userId, partitions), userId],
      );
      return rows[0] ?? { version: 0, lines: [] };
    },

    async setLine(userId, { sku, quantity }, { ifVersion, maxLines }) {
      const { rows } = await database.query<Change>(setLineStatement, [
        bucketOf(userId, partitions),
        userId,
        sku,
        quantity,
        ifVersion ?? null,
        maxLines,
      ]);
      const { version, lines, seenVersion, isFull } = rows[0]!;
      if (version !== null) return { version, lines: lines ?? [] };
      return (ifVersion ?? seenVersion) === seenVersion && isFull ? 'cart-full' : 'version-mismatch';
    },

    async clear(userId, ifVersion) {
      await database.query(
        `update users.carts set version = version + 1, lines = '[]', updated_at = now()
         where bucket = $1 and user_id = $2 and version = $3 and lines <> '[]'`,
        [bucketOf(userId, partitions), userId, ifVersion],
      );
    },
  };
}

type Change = {
  /** Null when nothing was changed. */
  readonly version: number | null;
  readonly lines: readonly CartLine[] | null;
  /** The cart as it was before. */
  readonly seenVersion: number;
  readonly isFull: boolean;
};

// $1 bucket, $2 user, $3 sku, $4 quantity, $5 expected version or null, $6 most lines.
const setLineStatement = `with seen as (
    select version, jsonb_array_length(lines) >= $6::int as is_full
    from users.carts where bucket = $1::int and user_id = $2::text
  ), changed as (
    insert into users.carts as c (bucket, user_id, version, lines)
    select $1::int, $2::text, 1, case when $4::int = 0 then '[]'
      else jsonb_build_array(jsonb_build_object('sku', $3::text, 'quantity', $4::int)) end
    where coalesce($5::int, 0) = 0 or exists (select from seen)
    on conflict (bucket, user_id) do update set
      version = c.version + 1,
      updated_at = now(),
      lines = coalesce((
        select jsonb_agg(case when line ->> 'sku' = $3::text
          then jsonb_build_object('sku', $3::text, 'quantity', $4::int) else line end order by position)
        from jsonb_array_elements(case
          when c.lines @> jsonb_build_array(jsonb_build_object('sku', $3::text)) then c.lines
          else c.lines || jsonb_build_object('sku', $3::text)
        end) with ordinality as l(line, position)
        where not (line ->> 'sku' = $3::text and $4::int = 0)
      ), '[]')
    where c.version = coalesce($5::int, c.version) and (
      $4::int = 0
      or jsonb_array_length(c.lines) < $6::int
      or c.lines @> jsonb_build_array(jsonb_build_object('sku', $3::text))
    )
    returning version, lines
  )
  select changed.version, changed.lines, coalesce(seen.version, 0) as "seenVersion",
    coalesce(seen.is_full, false) as "isFull"
  from (select) one left join seen on true left join changed on true`;

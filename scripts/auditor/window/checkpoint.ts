import type { Pool } from 'pg';
import { z } from 'zod';
import { messageLifeMs } from '../../../platform/retention.ts';
import { from } from '../sources.ts';

const stateSchema = z.strictObject({
  /** The last link of each bucket's chain. */
  links: z.array(z.strictObject({ bucket: z.int(), sequence: z.int(), hash: z.string() })),
  /** Units that came in, and that were booked out for orders and did not come back, before the horizon. */
  stock: z.array(
    z.strictObject({ warehouseId: z.string(), sku: z.string(), received: z.int(), booked: z.int() }),
  ),
  /** Sales before the horizon by day, category, region and currency; of the days from `salesFrom` on only. */
  salesFrom: z.iso.date(),
  sales: z.record(z.string(), z.strictObject({ orders: z.int(), totalMinor: z.int() })),
  /** Ids of events before the horizon that are in none of the sums, because their consumer gave them up. */
  carried: z.array(z.string()),
});

/** What a clean audit leaves to the next one. */
export type Checkpoint = z.infer<typeof stateSchema> & {
  /** Each order whose last event is older was looked at when all that follows from it had happened. */
  readonly horizon: Date;
};

/** How many are kept: for a person who wonders what an audit went on from. */
const kept = 10;

/**
 * The last one; undefined where there is none, or one so old that Kafka no longer has what was published since.
 * @throws SourceAway
 */
export async function readCheckpoint(postgres: Pool): Promise<Checkpoint | undefined> {
  const { rows } = await from('postgres', () =>
    postgres.query<{ horizon: Date; state: unknown }>(
      'select horizon, state from audit.checkpoints order by taken_at desc limit 1',
    ),
  );
  const [row] = rows;
  if (!row || Date.now() - row.horizon.getTime() > messageLifeMs / 2) return undefined;
  return { horizon: row.horizon, ...stateSchema.parse(row.state) };
}

/** @throws SourceAway */
export async function saveCheckpoint(postgres: Pool, { horizon, ...state }: Checkpoint): Promise<void> {
  await from('postgres', () =>
    postgres.query('insert into audit.checkpoints (horizon, state) values ($1, $2)', [
      horizon,
      JSON.stringify(stateSchema.parse(state)),
    ]),
  );
  await from('postgres', () =>
    postgres.query(
      `delete from audit.checkpoints where taken_at <=
         (select taken_at from audit.checkpoints order by taken_at desc offset $1 limit 1)`,
      [kept],
    ),
  );
}

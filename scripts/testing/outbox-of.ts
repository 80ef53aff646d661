import type { Pool } from 'pg';
import type { Published } from '../../adapters/postgres/event-store.contract.ts';
import type { Service } from '../../platform/ports/transactions.ts';

/** What waits in a service's outbox with these keys, in the order in which it was written. For tests only. */
export async function outboxOf(
  pool: Pool,
  service: Service,
  keys: readonly string[],
): Promise<readonly Published[]> {
  const { rows } = await pool.query<Published>(
    `select topic, key, type, event_id as "eventId", payload from ${service}.outbox where key = any($1) order by id`,
    [keys],
  );
  return rows;
}

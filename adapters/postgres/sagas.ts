import type { Pool } from 'pg';
import type { OpenSaga, Sagas } from '../../platform/ports/sagas.ts';
import { translated } from './queryable.ts';

/** The orders that have not come to their end; the event store writes them. */
export function createSagas(pool: Pool): Sagas {
  const database = translated(pool);
  const read = async (condition: string, parameters: unknown[]): Promise<readonly OpenSaga[]> => {
    const { rows } = await database.query<Omit<OpenSaga, 'parkedReason'> & { parkedReason: string | null }>(
      `select bucket, order_id as "orderId", deadline_at as "deadlineAt", parked_reason as "parkedReason"
       from orders.sagas where ${condition} order by deadline_at limit $1`,
      parameters,
    );
    return rows.map((row) => ({ ...row, parkedReason: row.parkedReason ?? undefined }));
  };
  return {
    overdue: (now, limit) => read('parked_reason is null and deadline_at < $2', [limit, now]),
    parked: (limit) => read('parked_reason is not null', [limit]),
    async park({ bucket, orderId }, reason) {
      await database.query('update orders.sagas set parked_reason = $3 where bucket = $1 and order_id = $2', [
        bucket,
        orderId,
        reason,
      ]);
    },
  };
}

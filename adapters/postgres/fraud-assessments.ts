import type { Pool } from 'pg';
import { bucketOf } from '../../domain/ids.ts';
import type { FraudAssessment, FraudAssessments } from '../../platform/ports/fraud-scores.ts';
import { rowsOf, translated } from './queryable.ts';

/** The scores as they can be read without a lock: one row by its key. */
export function createFraudAssessments(pool: Pool, partitions: number): FraudAssessments {
  const database = translated(pool);
  return {
    async find(orderId) {
      const rows = await rowsOf<FraudAssessment>(
        database,
        `select order_id as "orderId", score, outcome, signals, scored_at as "scoredAt" from fraud.scores
         where bucket = $1 and order_id = $2`,
        [bucketOf(orderId, partitions), orderId],
      );
      return rows[0];
    },
  };
}

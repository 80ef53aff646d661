import type { Backlog } from '../ports/backlog.ts';
import { counter } from '../telemetry.ts';
import { unavailable, type Answer } from './answer.ts';

export type AdmissionLimits = {
  /** Age of the oldest message that the relay has not published. */
  readonly oldestOutboxMs: number;
  /** Orders that have not come to their end. */
  readonly openOrders: number;
};

const defaultAdmissionLimits: AdmissionLimits = { oldestOutboxMs: 2000, openOrders: 4000 };

const refused = counter('meridian.orders.refused', 'Orders refused because the platform is behind, by cause');

/**
 * Refuses new orders early while the platform is behind: what is accepted beyond its capacity only makes everyone wait
 * longer.
 */
export function createAdmission(
  backlog: Backlog,
  given: Partial<AdmissionLimits> = {},
): () => Answer | undefined {
  const limits = { ...defaultAdmissionLimits, ...given };
  return () => {
    const { oldestOutboxMs, openOrders } = backlog.read();
    const cause =
      oldestOutboxMs > limits.oldestOutboxMs
        ? 'outbox-old'
        : openOrders > limits.openOrders
          ? 'orders-open'
          : undefined;
    if (!cause) return undefined;
    refused.add(1, { cause });
    return unavailable('overloaded', 'more orders are under way than can be carried out now', 2);
  };
}

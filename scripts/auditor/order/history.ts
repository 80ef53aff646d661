import { isDeepStrictEqual } from 'node:util';
import { foldHistory } from '../../../adapters/mongo/order-history.ts';
import type { OrderEvent } from '../../../domain/order/order-events.ts';
import type { OrderSummary } from '../../../platform/ports/order-history.ts';
import { about, type OrderInvariant, type Versioned } from './order-facts.ts';

export const historyEqualsFold: OrderInvariant = {
  name: 'history-equals-fold',
  about: 'the read model of each order is the fold of its events',
  needs: ['postgres', 'mongo'],
  check(facts) {
    const { history, orderEvents } = facts;
    const wanted = summaryOf(orderEvents);
    if (!history || !wanted) return undefined;
    const { summary } = history;
    if (!summary) return [about(facts, 'not in the read model', true)];
    const fields = Object.keys(wanted) as (keyof OrderSummary)[];
    const differing = fields.filter((field) => !isDeepStrictEqual(wanted[field], summary[field]));
    if (differing.length === 0) return [];
    const values = differing.map(
      (field) => `${field} ${textOf(summary[field])}, not ${textOf(wanted[field])}`,
    );
    return [about(facts, `in the read model ${values.join('; ')}`, true)];
  },
};

/** What the read model has to say of an order; undefined where the stream does not begin with its OrderPlaced. */
function summaryOf(events: readonly Versioned<OrderEvent>[]): OrderSummary | undefined {
  const [first] = events;
  if (!first) return undefined;
  const { orderId, userId } = first.event;
  return foldHistory({
    orderId,
    userId,
    events: events.map(({ version, event: { type, at, ...data } }) => ({ version, type, at, data })),
  });
}

const textOf = (value: OrderSummary[keyof OrderSummary]): string =>
  typeof value === 'object' ? `of ${value.length} entries` : String(value);

import { topics } from '../../../contracts/topics.ts';
import { about, type OrderFacts, type OrderInvariant, type TopicBits } from './order-facts.ts';
import { isPublished } from './log.ts';

/** The bits of `PublishedBits` for topics whose messages are told apart by their type. */
export const typeBits = {
  inventoryEvents: { StockReserved: 1, StockRefused: 2, StockReleased: 4 },
  fraudDetectionEvents: { FraudCleared: 1, FraudReviewRequested: 2, FraudRejected: 4 },
} as const;

export const noBits: TopicBits = {
  orderEvents: 0,
  paymentEvents: 0,
  inventoryEvents: 0,
  fraudDetectionEvents: 0,
};

/** A bit for each version; streams are far shorter than the 30 that fit. */
export const versionBit = (version: number): number => (version <= 30 ? 2 ** version : 0);

export const eventsPublished: OrderInvariant = {
  name: 'events-published',
  about: 'each event that others should hear of is on its topic, in the order of its stream',
  needs: ['postgres', 'kafka'],
  check(facts) {
    const { published } = facts;
    if (!published) return undefined;
    const wanted = wantedBits(facts);
    return [
      ...published.disordered
        // What is from before was published again.
        .filter(({ topic, bit }) => (published.before[topic] & bit) === 0)
        .map(({ topic }) => about(facts, `${topics[topic].name}: a later version came first`)),
      ...topicsOf(wanted).flatMap((topic) => {
        const missing = wanted[topic] & ~published[topic] & ~published.before[topic];
        return missing === 0
          ? []
          : [about(facts, `${topics[topic].name}: ${textOf(topic, missing)} is missing`, true)];
      }),
    ];
  },
};

export const publishedIsStored: OrderInvariant = {
  name: 'published-is-stored',
  about: 'nothing is on a topic that its service has not stored',
  needs: ['postgres', 'kafka'],
  check(facts) {
    const { published } = facts;
    if (!published) return undefined;
    const stored = wantedBits(facts);
    return topicsOf(stored).flatMap((topic) => {
      const extra = published[topic] & ~stored[topic];
      return extra === 0
        ? []
        : [about(facts, `${topics[topic].name}: ${textOf(topic, extra)} was never stored`)];
    });
  },
};

const topicsOf = (bits: TopicBits) => Object.keys(bits) as (keyof TopicBits)[];

const sumOfBits = (versions: readonly number[]): number =>
  versions.reduce((bits, version) => bits | versionBit(version), 0);

/** What the stores call for. An order that ended before its units were held has had a StockReleased alone. */
function wantedBits(facts: OrderFacts): TopicBits {
  const { inventoryEvents, fraudDetectionEvents } = typeBits;
  const { reservation, score } = facts;
  const reserved = {
    refused: inventoryEvents.StockRefused,
    released:
      inventoryEvents.StockReleased | (reservation?.allocations.length ? inventoryEvents.StockReserved : 0),
    held: inventoryEvents.StockReserved,
    committed: inventoryEvents.StockReserved,
    returned: inventoryEvents.StockReserved,
  };
  const scored = {
    clear: fraudDetectionEvents.FraudCleared,
    review: fraudDetectionEvents.FraudReviewRequested,
    reject: fraudDetectionEvents.FraudRejected,
  };
  return {
    orderEvents: sumOfBits(facts.orderEvents.map(({ version }) => version)),
    paymentEvents: sumOfBits(
      facts.paymentEvents.flatMap(({ version, event }) => (isPublished(event.type) ? [version] : [])),
    ),
    inventoryEvents: reservation ? reserved[reservation.status] : 0,
    fraudDetectionEvents: score ? scored[score] : 0,
  };
}

/** What an order's events of before a time had published by then; `recordedAt` of each version. */
export function bitsBefore(
  since: Date,
  rows: Record<'orders' | 'payment', readonly { version: number; type: string; recordedAt: Date }[]>,
): TopicBits {
  const { inventoryEvents, fraudDetectionEvents } = typeBits;
  const orders = rows.orders.filter(({ recordedAt }) => recordedAt < since);
  const payment = rows.payment.filter(({ recordedAt, type }) => recordedAt < since && isPublished(type));
  const has = (...types: readonly string[]): boolean => orders.some(({ type }) => types.includes(type));
  return {
    orderEvents: sumOfBits(orders.map(({ version }) => version)),
    paymentEvents: sumOfBits(payment.map(({ version }) => version)),
    // What answers an order follows at once.
    inventoryEvents:
      (has('OrderPlaced') ? inventoryEvents.StockReserved | inventoryEvents.StockRefused : 0) |
      (has('OrderRejected', 'OrderCancelled') ? inventoryEvents.StockReleased : 0),
    fraudDetectionEvents: has('OrderPlaced')
      ? fraudDetectionEvents.FraudCleared |
        fraudDetectionEvents.FraudReviewRequested |
        fraudDetectionEvents.FraudRejected
      : 0,
  };
}

function textOf(topic: keyof TopicBits, bits: number): string {
  if (topic === 'inventoryEvents' || topic === 'fraudDetectionEvents') {
    return Object.entries(typeBits[topic])
      .flatMap(([type, bit]) => ((bits & bit) === 0 ? [] : [type]))
      .join(', ');
  }
  const versions = Array.from({ length: 31 }, (_, version) => version);
  return `version ${versions.filter((version) => (bits & versionBit(version)) !== 0).join(', ')}`;
}

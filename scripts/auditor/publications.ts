import type { KafkaMessage } from 'kafkajs';
import { topics } from '../../contracts/topics.ts';
import { headerText } from '../../adapters/kafka/cloud-event.ts';
import type { PublishedBits } from './order/order-facts.ts';
import { noBits, typeBits, versionBit } from './order/published.ts';
import type { Finding } from './report.ts';
import type { AuditSources } from './sources.ts';
import { readTopics, type Extents } from './topic-reader.ts';

export const publishingTopics = [
  topics.orderEvents.name,
  topics.paymentEvents.name,
  topics.inventoryEvents.name,
  topics.fraudDetectionEvents.name,
] as const;

type Seen = { -readonly [Field in keyof PublishedBits]: PublishedBits[Field] };

/** What the topics hold of the orders of some partitions; some hundred bytes an order. */
export type Publications = {
  /** Takes the order out. Undefined where retention has deleted a part of the partition. */
  take(orderId: string, bucket: number): PublishedBits | undefined;
  /** Those that were not taken out yet. */
  orderIds(): Iterable<string>;
  /** Orders on the topics that were never taken out. */
  rest(): readonly Finding[];
};

/** Reads the partitions once; of repeated messages the first one counts. */
export async function readPublications(
  sources: AuditSources,
  extents: Extents,
  partitions: readonly number[],
): Promise<Publications> {
  const orders = new Map<string, Seen>();
  const none: PublishedBits = {
    orderEvents: 0,
    paymentEvents: 0,
    inventoryEvents: 0,
    fraudDetectionEvents: 0,
    disordered: [],
    before: noBits,
  };
  await readTopics(sources, extents, partitions, (topic, _partition, message) => {
    const step = stepOf(topic, message);
    if (!step) return;
    const seen = orders.get(step.orderId) ?? { ...none };
    orders.set(step.orderId, seen);
    const isFirst = (seen[step.field] & step.bit) === 0;
    // A stream's versions are bits of growing value.
    if (step.ordered && isFirst && seen[step.field] > step.bit)
      seen.disordered = [...seen.disordered, { topic: step.field, bit: step.bit }];
    seen[step.field] |= step.bit;
  });
  const truncated = new Set(truncatedPartitions(extents));
  return {
    take(orderId, bucket) {
      const seen = orders.get(orderId) ?? none;
      orders.delete(orderId);
      return truncated.has(bucket) ? undefined : seen;
    },
    orderIds: () => orders.keys(),
    rest: () =>
      [...orders.keys()].map((orderId) => ({ example: `${orderId}: on a topic, and never stored` })),
  };
}

/** Partitions of which retention may have deleted some of what was asked for. */
export function truncatedPartitions(extents: Extents): readonly number[] {
  return publishingTopics.flatMap((topic) =>
    (extents.get(topic) ?? []).filter(({ isCut }) => isCut).map(({ partition }) => partition),
  );
}

type Step = {
  readonly orderId: string;
  readonly field: keyof PublishedBits['before'];
  readonly bit: number;
  readonly ordered: boolean;
};

function stepOf(topic: string, { headers, key }: KafkaMessage): Step | undefined {
  const id = headerText(headers, 'ce_id') ?? '';
  const type = headerText(headers, 'ce_type') ?? '';
  switch (topic) {
    case topics.orderEvents.name:
    case topics.paymentEvents.name: {
      const [, orderId, version] = /^(?:payment\/)?([^/]+)\/(\d+)$/.exec(id) ?? [];
      if (orderId === undefined) return undefined;
      const field = topic === topics.orderEvents.name ? 'orderEvents' : 'paymentEvents';
      return { orderId, field, bit: versionBit(Number(version)), ordered: true };
    }
    case topics.inventoryEvents.name:
    case topics.fraudDetectionEvents.name: {
      const field = topic === topics.inventoryEvents.name ? 'inventoryEvents' : 'fraudDetectionEvents';
      const bits: Readonly<Record<string, number>> = typeBits[field];
      const bit = bits[type];
      if (bit === undefined || !key) return undefined; // StockAdjusted is about a SKU
      return { orderId: key.toString(), field, bit, ordered: false };
    }
  }
  return undefined;
}

import type { Producer, TopicMessages } from 'kafkajs';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { headersOf } from './cloud-event.ts';
import { CompressionTypes } from './kafkajs.ts';

export type PublishOptions = { readonly source: string; readonly compress: boolean };

/**
 * Publishes in one request a broker and resolves when all in-sync replicas have every row. A failure leaves unknown
 * which rows arrived: publish all of them again, consumers skip an id that they have seen.
 */
export function publisher(producer: Producer, { source, compress }: PublishOptions) {
  return async (rows: readonly Omit<OutboxRow, 'id'>[]): Promise<void> => {
    if (rows.length === 0) return;
    const topicMessages: TopicMessages[] = Map.groupBy(rows, ({ topic }) => topic)
      .entries()
      .map(([topic, ofTopic]) => ({ topic, messages: ofTopic.map((row) => messageOf(row, source)) }))
      .toArray();
    await producer.sendBatch({
      acks: -1,
      compression: compress ? CompressionTypes.LZ4 : CompressionTypes.None,
      topicMessages,
    });
  };
}

function messageOf(row: Omit<OutboxRow, 'id'>, source: string) {
  const { bucket: partition, key, payload: value, eventId: id, type, traceparent } = row;
  const event = { id, type, source };
  return {
    partition,
    key,
    value,
    headers: headersOf(traceparent === null ? event : { ...event, traceparent }),
  };
}

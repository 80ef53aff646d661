import type { Producer, TopicMessages } from 'kafkajs';
import type { OutboxRow } from '../../platform/ports/event-store.ts';
import { headersOf } from './cloud-event.ts';
import { CompressionTypes } from './kafkajs.ts';

export type PublishOptions = { readonly source: string; readonly compress: boolean };

/**
 * Publishes in one request a broker, or in a few where one partition's rows are too much for a batch, and resolves when
 * all in-sync replicas have every row. A failure leaves unknown which rows arrived: publish all of them again, consumers
 * skip an id that they have seen.
 */
export function publisher(producer: Producer, { source, compress }: PublishOptions) {
  return async (rows: readonly Omit<OutboxRow, 'id'>[]): Promise<void> => {
    for (const round of inRounds(rows)) {
      const topicMessages: TopicMessages[] = Map.groupBy(round, ({ topic }) => topic)
        .entries()
        .map(([topic, ofTopic]) => ({ topic, messages: ofTopic.map((row) => messageOf(row, source)) }))
        .toArray();
      await producer.sendBatch({
        acks: -1,
        compression: compress ? CompressionTypes.LZ4 : CompressionTypes.None,
        topicMessages,
      });
    }
  };
}

/**
 * A broker refuses a batch of more than 1 MiB (`message.max.bytes`), which is what a request has for one partition. In
 * UTF-16 units, of which each is 3 bytes at the most; a row's headers and key are counted as so many.
 */
const batchLength = 330_000;
const rowLength = 400;

/** Rows in the order in which they are sent: of one partition no more at a time than a broker takes. */
function inRounds<Row extends Pick<OutboxRow, 'topic' | 'bucket' | 'payload'>>(
  rows: readonly Row[],
): readonly (readonly Row[])[] {
  let length = 0;
  for (const { payload } of rows) length += payload.length + rowLength;
  if (length <= batchLength) return rows.length > 0 ? [rows] : [];
  const rounds: Row[][] = [];
  const ends = new Map<string, { round: number; length: number }>();
  for (const row of rows) {
    const end = ends.getOrInsertComputed(`${row.topic}/${row.bucket}`, () => ({ round: 0, length: 0 }));
    end.length += row.payload.length + rowLength;
    if (end.length > batchLength && end.length > row.payload.length + rowLength) {
      end.round += 1;
      end.length = row.payload.length + rowLength;
    }
    (rounds[end.round] ??= []).push(row);
  }
  return rounds;
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

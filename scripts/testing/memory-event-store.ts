import type { Published } from '../../adapters/postgres/event-store.contract.ts';
import type {
  Append,
  AppendResult,
  EventStore,
  OutboxMessage,
  StoredEvent,
  StreamKey,
} from '../../platform/ports/event-store.ts';

type MemoryEventStore = EventStore & {
  /** What would be published, in the order in which it was written; the payload is JSON. */
  readonly outbox: Published[];
};

/** Streams of events without a database: what the event store's contract asks for. Postings and sagas are left out. */
export function createMemoryEventStore(): MemoryEventStore {
  const streams = new Map<string, StoredEvent[]>();
  const outbox: Published[] = [];

  function write(append: Append): AppendResult {
    const { bucket, streamId, expectedVersion, events } = append;
    const stream = streams.get(nameOf(append)) ?? [];
    if (stream.length !== expectedVersion)
      return { appended: false, existing: structuredClone(stream[expectedVersion]) };
    for (const { type, data } of events) {
      const version = stream.length + 1;
      const recordedAt = new Date();
      stream.push({ bucket, streamId, version, type, data: asJson(data), recordedAt });
    }
    streams.set(nameOf(append), stream);
    outbox.push(...publishedBy(append), ...append.messages.map(withJson));
    return { appended: true, version: stream.length };
  }

  async function appendAll(appends: readonly Append[]): Promise<readonly AppendResult[]> {
    if (new Set(appends.map(nameOf)).size < appends.length)
      throw new RangeError('a stream occurs more than once in a batch of appends');
    return appends.map(write);
  }

  return {
    outbox,
    append: async (append) => write(append),
    appendAll,
    read: async (keys) => structuredClone(keys.map((key) => streams.get(nameOf(key)) ?? [])),
  };
}

const nameOf = ({ bucket, streamId }: StreamKey): string => `${bucket}/${streamId}`;

const asJson = (data: unknown): unknown => JSON.parse(JSON.stringify(data));

const withJson = ({ topic, key, type, eventId, payload }: OutboxMessage) => ({
  topic,
  key,
  type,
  eventId,
  payload: asJson(payload),
});

function publishedBy({ streamId, expectedVersion, events, publish }: Append): Published[] {
  if (!publish) return [];
  return events.map(({ type, data }, index) => ({
    topic: publish.topic,
    key: streamId,
    type,
    eventId: `${publish.eventIdPrefix}${streamId}/${expectedVersion + index + 1}`,
    payload: asJson(data),
  }));
}

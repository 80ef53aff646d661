import type { Append } from '../../platform/ports/event-store.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';

const bucketOf = (streamId: string): number =>
  Buffer.from(streamId).reduce((sum, byte) => sum + byte, 0) % sharedStack.partitions;

/** One event and its message for each type. For tests only. */
export function appendOf(
  streamId: string,
  expectedVersion = 0,
  types: readonly string[] = ['OrderPlaced'],
): Append {
  return {
    bucket: bucketOf(streamId),
    streamId,
    expectedVersion,
    events: types.map((type) => ({ type, data: { streamId, text: 'a "quoted", {braced} \\ ü' } })),
    messages: types.map((type, index) => ({
      topic: 'order-events',
      key: streamId,
      type,
      eventId: `${streamId}/${expectedVersion + index + 1}`,
      payload: { streamId },
      occurredAt: new Date(0),
    })),
  };
}

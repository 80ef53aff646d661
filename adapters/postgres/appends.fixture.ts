import type { Append, OutboxMessage } from '../../platform/ports/event-store.ts';

/** One event and nothing beside it, but for what is given. */
export const appendOf = (
  streamId: string,
  expectedVersion: number,
  changes: Partial<Append> = {},
): Append => ({
  bucket: 3,
  streamId,
  expectedVersion,
  events: [{ type: 'Happened', data: {} }],
  messages: [],
  ...changes,
});

export const message = (key: string, occurredAt = new Date()): OutboxMessage => ({
  topic: 'order-events',
  key,
  type: 'Happened',
  eventId: `${key}/1`,
  payload: {},
  occurredAt,
});

/** A time of the day on which the deadlines of these tests lie. */
export const minutes = (count: number): Date => new Date(Date.UTC(2026, 4, 1, 12, count));

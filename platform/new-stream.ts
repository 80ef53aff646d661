import { bucketOf } from '../domain/ids.ts';
import { newEvent, publishOf, type StreamKind } from './decide-all.ts';
import type { Append, NewEvent, OutboxMessage } from './ports/event-store.ts';

export type NewStream<State, Rejection> =
  | { readonly accepted: true; readonly append: Append; readonly state: State }
  | { readonly accepted: false; readonly reason: Rejection };

/**
 * Decides the command that begins a stream, without reading it: when the stream exists already, the append answers
 * with the event that began it.
 */
export function newStream<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  kind: StreamKind<State, Command, Event, Rejection>,
  command: Command,
  partitions: number,
  traceparent?: string,
): NewStream<State, Rejection> {
  const decision = kind.decider.decide(command, kind.decider.initialState);
  if (!decision.accepted) return decision;
  const { orderId } = command;
  const events: NewEvent[] = [];
  const messages: OutboxMessage[] = [];
  const occurredAt = new Date();
  let state = kind.decider.initialState;
  for (const event of decision.events) {
    state = kind.decider.evolve(state, event);
    events.push(newEvent(event, traceparent));
    const message = kind.messageOf?.(event, state);
    if (!message) continue;
    const eventId = `${kind.eventIdPrefix}${orderId}/${events.length}`;
    messages.push(
      traceparent === undefined
        ? { ...message, eventId, occurredAt }
        : { ...message, eventId, occurredAt, traceparent },
    );
  }
  const saga = kind.sagaOf?.(decision.events, state);
  const append: Append = {
    bucket: bucketOf(orderId, partitions),
    streamId: orderId,
    expectedVersion: 0,
    events,
    ...publishOf(kind),
    messages,
    ...(saga ? { saga } : {}),
  };
  return { accepted: true, append, state };
}

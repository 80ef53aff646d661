import { bucketOf } from '../domain/ids.ts';
import { decideStream, unread, type StreamKind } from './decide-all.ts';
import type { Append } from './ports/event-store.ts';

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
  const { orderId } = command;
  const key = { bucket: bucketOf(orderId, partitions), streamId: orderId };
  const { append, outcomes } = decideStream(
    kind,
    key,
    orderId,
    [0],
    [{ command, traceparent }],
    unread(kind)(),
  );
  const [, outcome] = outcomes[0]!;
  return outcome.accepted
    ? { accepted: true, append, state: outcome.state }
    : { accepted: false, reason: outcome.reason };
}

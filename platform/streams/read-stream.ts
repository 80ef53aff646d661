import { bucketOf } from '../../domain/ids.ts';
import { foldStream, type StreamKind } from '../decide-all.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';

export type StreamState<State> = {
  readonly state: State;
  readonly version: number;
  readonly events: readonly StoredEvent[];
};

/** What a stream's events come to; version 0 and the initial state for one that does not exist. */
export async function readStream<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  store: EventStore,
  kind: StreamKind<State, Command, Event, Rejection>,
  orderId: string,
  partitions: number,
): Promise<StreamState<State>> {
  const [stream] = await readStreams(store, kind, [orderId], partitions);
  return stream!;
}

/** `readStream` of several orders, in their order and in one read. */
export async function readStreams<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  store: EventStore,
  kind: StreamKind<State, Command, Event, Rejection>,
  orderIds: readonly string[],
  partitions: number,
): Promise<readonly StreamState<State>[]> {
  const streams = await store.read(
    orderIds.map((orderId) => ({ bucket: bucketOf(orderId, partitions), streamId: orderId })),
  );
  return streams.map((events) => stateOf(kind, events));
}

export function stateOf<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(kind: StreamKind<State, Command, Event, Rejection>, events: readonly StoredEvent[]): StreamState<State> {
  return { ...foldStream(kind, events), events };
}

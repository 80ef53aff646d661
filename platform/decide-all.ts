import { fold, type Decider } from '../domain/decider.ts';
import { bucketOf } from '../domain/ids.ts';
import { TransientError } from './errors.ts';
import type {
  Append,
  NewEvent,
  EventStore,
  OutboxMessage,
  Posting,
  SagaChange,
  StoredEvent,
} from './ports/event-store.ts';

/** How one kind of stream is decided and what its events say to the rest of the platform. */
export type StreamKind<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
> = {
  readonly decider: Decider<State, Command, Event, Rejection>;
  /** The topic that every event of the stream is published to as it is. */
  readonly publishesTo?: string;
  /** The message of an event where the rest of the platform hears something else than the event. `state` is the one after it. */
  messageOf?(
    event: Event,
    state: State,
  ): Pick<OutboxMessage, 'topic' | 'key' | 'type' | 'payload'> | undefined;
  /** Prefix of event ids: `<prefix><orderId>/<version>` is unique over all topics. */
  readonly eventIdPrefix: string;
  postingsOf?(event: Event): readonly Omit<Posting, 'version'>[];
  sagaOf?(events: readonly Event[], state: State): SagaChange | undefined;
};

export type Request<Command> = { readonly command: Command; readonly traceparent?: string | undefined };

export type Outcome<State, Event, Rejection> =
  | {
      readonly accepted: true;
      readonly events: readonly Event[];
      readonly state: State;
      readonly version: number;
    }
  | { readonly accepted: false; readonly reason: Rejection; readonly state: State; readonly version: number };

/** A stream as far as the caller knows it. */
export type Known<State> = { readonly state: State; readonly version: number };

const maxRounds = 20;

/**
 * Decides a batch of commands, each on its order's stream: one read and one append for all of them, and again for
 * those alone whose stream moved on in between. Commands of one order are decided one after the other.
 * Where the caller knows the streams (`known`: they are new, or it has just written them) the first read is saved; what
 * it knows wrongly is a conflict like any other.
 *
 * @throws TransientError when the database failed, or a stream was contended for longer than anyone should wait.
 */
export async function decideAll<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  store: EventStore,
  kind: StreamKind<State, Command, Event, Rejection>,
  requests: readonly Request<Command>[],
  partitions: number,
  known?: (orderId: string) => Known<State>,
): Promise<readonly Outcome<State, Event, Rejection>[]> {
  const outcomes: Outcome<State, Event, Rejection>[] = Array.from({ length: requests.length });
  let streams = [...Map.groupBy(requests.keys(), (index) => requests[index]!.command.orderId)];
  for (let round = 0; streams.length > 0; round += 1) {
    if (round === maxRounds)
      throw new TransientError('stream-contended', 'other writers were always faster', {
        details: { orderId: streams[0]?.[0] },
      });
    const keys = streams.map(([orderId]) => ({ bucket: bucketOf(orderId, partitions), streamId: orderId }));
    const bases =
      round === 0 && known
        ? keys.map(({ streamId }) => known(streamId))
        : (await store.read(keys)).map((history) => foldStream(kind, history));
    const decided = streams.map(([orderId, indexes], position) =>
      decideStream(kind, keys[position]!, orderId, indexes, requests, bases[position]!),
    );
    const changed = decided.filter(({ append }) => append.events.length > 0);
    const results = await store.appendAll(changed.map(({ append }) => append));
    const conflicts = new Set(changed.filter((_, position) => !results[position]!.appended));
    for (const stream of decided) {
      if (conflicts.has(stream)) continue;
      for (const [index, outcome] of stream.outcomes) outcomes[index] = outcome;
    }
    streams = decided.flatMap((stream, position) => (conflicts.has(stream) ? [streams[position]!] : []));
  }
  return outcomes;
}

/** What a stream's events come to; version 0 and the initial state for one that does not exist. */
export function foldStream<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(kind: StreamKind<State, Command, Event, Rejection>, history: readonly StoredEvent[]): Known<State> {
  return { state: fold(kind.decider, history.map(eventIn) as Event[]), version: history.length };
}

/** For commands that begin a stream as a rule: a repeated one finds it by the conflict. */
export function unread<State>({
  decider,
}: {
  readonly decider: { readonly initialState: State };
}): () => Known<State> {
  return () => ({ state: decider.initialState, version: 0 });
}

/** Decides commands of one stream one after the other, and builds the append that records them. */
export function decideStream<
  State,
  Command extends { readonly orderId: string },
  Event extends { readonly type: string },
  Rejection extends string,
>(
  kind: StreamKind<State, Command, Event, Rejection>,
  key: { readonly bucket: number; readonly streamId: string },
  orderId: string,
  indexes: readonly number[],
  requests: readonly Request<Command>[],
  base: Known<State>,
) {
  let { state } = base;
  const expectedVersion = base.version;
  const events: Event[] = [];
  const stored: NewEvent[] = [];
  const messages: OutboxMessage[] = [];
  const postings: Posting[] = [];
  const outcomes: [number, Outcome<State, Event, Rejection>][] = [];
  for (const index of indexes) {
    const { command, traceparent } = requests[index]!;
    const decision = kind.decider.decide(command, state);
    if (decision.accepted) {
      for (const event of decision.events) {
        state = kind.decider.evolve(state, event);
        events.push(event);
        stored.push(newEvent(event, traceparent));
        const version = expectedVersion + events.length;
        const message = kind.messageOf?.(event, state);
        if (message) {
          messages.push({
            ...message,
            eventId: `${kind.eventIdPrefix}${orderId}/${version}`,
            ...(traceparent === undefined ? {} : { traceparent }),
            occurredAt: new Date(),
          });
        }
        for (const posting of kind.postingsOf?.(event) ?? []) postings.push({ ...posting, version });
      }
    }
    const version = expectedVersion + events.length;
    outcomes.push([
      index,
      decision.accepted
        ? { accepted: true, events: decision.events, state, version }
        : { accepted: false, reason: decision.reason, state, version },
    ]);
  }
  const saga = events.length > 0 ? kind.sagaOf?.(events, state) : undefined;
  const append: Append = {
    ...key,
    expectedVersion,
    events: stored,
    ...publishOf(kind),
    messages,
    ...(postings.length > 0 ? { postings } : {}),
    ...(saga ? { saga } : {}),
  };
  return { append, outcomes };
}

/** A stored event as the deciders take it. */
export function eventIn({ type, data }: Pick<StoredEvent, 'type' | 'data'>): { readonly type: string } {
  return { ...(data as object), type };
}

/** An event's data without its type, as it is stored and published. */
export function dataOf<Event extends { readonly type: string }>({
  type: _type,
  ...data
}: Event): Omit<Event, 'type'> {
  return data;
}

/** An event as it is appended. */
function newEvent(event: { readonly type: string }, traceparent: string | undefined): NewEvent {
  const stored = { type: event.type, data: dataOf(event) };
  return traceparent === undefined ? stored : { ...stored, traceparent };
}

/** Where an append of this kind is published. */
function publishOf({
  publishesTo: topic,
  eventIdPrefix,
}: {
  readonly publishesTo?: string;
  readonly eventIdPrefix: string;
}): Pick<Append, 'publish'> {
  return topic === undefined ? {} : { publish: { topic, eventIdPrefix } };
}

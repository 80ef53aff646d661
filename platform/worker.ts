import type { EventsOn, Topic } from '../contracts/topics.ts';
import type { InboxKey, Service, TransactionScope } from './ports/transactions.ts';
import type { RetryPolicy } from './process-batch.ts';
import type { ResourceName, SharedContext, TransactionContext } from './resources.ts';
import type { Replicas, Resources } from './scale.ts';

/** An event as a worker gets it: parsed by its contract, with the facts of its delivery. */
export type Delivered<Event> = InboxKey & {
  readonly topic: string;
  readonly event: Event;
  /** The value's bytes as they were published. */
  readonly raw: Buffer;
  readonly traceparent: string | undefined;
};

/** A message to publish; `cause` is the delivered event that it follows from, and names its trace. */
export type Recorded<Published extends Topic> = {
  [Name in Published['name']]: { readonly topic: Name } & {
    readonly event: EventsOn<Extract<Published, { name: Name }>>;
    readonly cause: Delivered<unknown>;
    /** The order id as a rule: the key of the Kafka message. */
    readonly key: string;
    /** Tells apart several messages of one type with the same cause. */
    readonly part?: string;
  };
}[Published['name']];

export type Record_<Published extends Topic> = (...messages: readonly Recorded<Published>[]) => void;

/** How many replicas, and how far one may be behind (messages) before another is added. */
export type Scale = Replicas & { readonly lagPerReplica: number };

type Declaration<
  Consumed extends Topic,
  Type extends string,
  Published extends Topic,
  Need extends ResourceName,
> = {
  /** Verb and noun, kebab-case: also the Kafka consumer group. */
  readonly name: string;
  readonly service: Service;
  readonly consumes: Consumed | readonly Consumed[];
  /** The types that are read; everything else is skipped by its header. */
  readonly only: readonly Type[];
  readonly publishes: readonly Published[];
  readonly needs: readonly Need[];
  readonly scale: Scale;
  /** What one replica asks for; the platform's for a worker unless given. */
  readonly resources?: Resources;
  readonly retry: RetryPolicy;
  /** Its events may overtake each other, so that one slow call to the outside holds nobody up. */
  readonly unordered?: true;
  /** Most events in one call; 500 unless given. */
  readonly maxBatch?: number;
  /** How long a fetch waits where there is nothing, in ms; 250 unless given. What comes ends it, as soon as it is `minBytes`. */
  readonly maxWaitMs?: number;
  /** Bytes that a fetch waits for, as long as `maxWaitMs` at most; 1 unless given, a fetch's 1 MiB at the most. A projection waits and takes more. */
  readonly minBytes?: number;
};

type EventFrom<Consumed extends Topic, Type extends string> = Extract<EventsOn<Consumed>, { type: Type }>;

/** The runner opens one transaction for the batch and gives the handler what lives inside it. */
type InTransaction<
  Consumed extends Topic,
  Type extends string,
  Published extends Topic,
  Need extends ResourceName,
> = {
  /** `table`: the runner leaves out what this consumer has handled. `natural`: the port knows repeats by its own keys. */
  readonly inbox: 'table' | 'natural';
  handle(
    events: readonly Delivered<EventFrom<Consumed, Type>>[],
    context: SharedContext<Need> &
      TransactionContext<Need> &
      WorkerTools & { readonly record: Record_<Published> },
  ): Promise<void>;
};

/** The handler calls the outside world, or works on streams that know repeats themselves: it opens transactions where it needs them. */
type InSteps<
  Consumed extends Topic,
  Type extends string,
  Published extends Topic,
  Need extends ResourceName,
> = {
  handleInSteps(
    events: readonly Delivered<EventFrom<Consumed, Type>>[],
    context: SharedContext<Need> &
      WorkerTools & {
        readonly transaction: <Result>(
          work: (
            scope: TransactionContext<Need> & { readonly record: Record_<Published> },
          ) => Promise<Result>,
        ) => Promise<Result>;
      },
  ): Promise<void>;
};

export type WorkerTools = {
  readonly region: string;
  readonly partitions: number;
  /** Aborts when the process has to stop at once: give it to calls that can be given up. */
  readonly signal: AbortSignal;
};

export type WorkerDefinition<
  Consumed extends Topic = Topic,
  Type extends string = string,
  Published extends Topic = Topic,
  Need extends ResourceName = ResourceName,
> = Declaration<Consumed, Type, Published, Need> &
  (InTransaction<Consumed, Type, Published, Need> | InSteps<Consumed, Type, Published, Need>);

/** A worker whatever its types: what the runner, `workers/index.ts` and the charts hold. */
// `any`: the handler's parameter types differ from worker to worker.
export type AnyWorker = Declaration<any, any, any, any> & {
  readonly inbox?: 'table' | 'natural';
  handle?(events: readonly Delivered<any>[], context: any): Promise<void>;
  handleInSteps?(events: readonly Delivered<any>[], context: any): Promise<void>;
};

/** Declares a worker: batch in, facts out. The runner does the loop, the transaction, retries and dead letters. */
export function defineWorker<
  const Consumed extends Topic,
  const Type extends EventsOn<Consumed>['type'],
  const Published extends Topic,
  const Need extends ResourceName,
>(
  definition: WorkerDefinition<Consumed, Type, Published, Need>,
): WorkerDefinition<Consumed, Type, Published, Need> {
  return definition;
}

/**
 * A task that runs every `everyMs`, for what no event will ever come. Each process that has it runs it, without a lock: its
 * steps are idempotent, so that a second replica does no harm and takes over at once.
 */
export type TaskDefinition<Need extends ResourceName = ResourceName> = {
  readonly name: string;
  readonly service: Service;
  readonly needs: readonly Need[];
  readonly everyMs: number;
  readonly scale: Replicas;
  readonly resources?: Resources;
  run(
    context: SharedContext<Need> &
      WorkerTools & {
        readonly now: Date;
        readonly transaction: <Result>(
          service: Service,
          work: (scope: TransactionScope) => Promise<Result>,
        ) => Promise<Result>;
        /** For a run of many steps, to be called from one to the next: one that is silent for too long is taken to hang. */
        readonly beat: () => void;
      },
  ): Promise<void>;
};

export function defineTask<const Need extends ResourceName>(
  definition: TaskDefinition<Need>,
): TaskDefinition<Need> {
  return definition;
}

export type { TransactionScope };

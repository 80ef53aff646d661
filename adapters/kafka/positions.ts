type Committable = { readonly topic: string; readonly partition: number; readonly offset: string };
type Pending = { readonly lastOffset: string; done: boolean };
type Position = {
  readonly topic: string;
  readonly partition: number;
  pending: Pending[];
  committable?: string;
};

/** A batch under way. */
export type Mark = {
  /** It is handled. */
  end(): void;
  /** It was not handled, and comes again. */
  drop(): void;
  /** False after a rebalance: the partition's batches are read again from the committed offset, here or by another member. */
  isCurrent(): boolean;
};

/**
 * Which offsets may be committed: batches of a partition may end in any order, and only what has nothing unfinished
 * before it counts.
 */
export function createPositions() {
  let partitions = new Map<string, Position>();
  return {
    begin(topic: string, partition: number, lastOffset: string): Mark {
      const own = partitions;
      const key = `${topic}/${partition}`;
      const position = own.get(key) ?? { topic, partition, pending: [] };
      own.set(key, position);
      const batch: Pending = { lastOffset, done: false };
      position.pending.push(batch);
      return {
        end() {
          batch.done = true;
          while (position.pending[0]?.done) position.committable = position.pending.shift()!.lastOffset;
        },
        drop() {
          position.pending = position.pending.filter((other) => other !== batch);
        },
        isCurrent: () => own === partitions,
      };
    },
    /** What may be committed since the last call, and how to give it back when that fails. Kafka commits the offset that comes next. */
    takeCommittable(): { readonly offsets: readonly Committable[]; readonly putBack: () => void } {
      const taken = [...partitions.values()].flatMap((position) => {
        const { committable } = position;
        delete position.committable;
        return committable === undefined ? [] : [{ position, committable }];
      });
      return {
        offsets: taken.map(({ position: { topic, partition }, committable }) => ({
          topic,
          partition,
          offset: String(BigInt(committable) + 1n),
        })),
        putBack() {
          for (const { position, committable } of taken) position.committable ??= committable;
        },
      };
    },
    /** After a rebalance the batches under way are somebody else's too: their ends change nothing here. */
    forget(): void {
      partitions = new Map();
    },
  };
}

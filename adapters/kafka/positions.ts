type Committable = { readonly topic: string; readonly partition: number; readonly offset: string };
type Pending = { readonly lastOffset: string; done: boolean };

/**
 * Which offsets may be committed: batches of a partition may end in any order, and only what has nothing unfinished
 * before it counts.
 */
export function createPositions() {
  let partitions = new Map<
    string,
    { readonly topic: string; readonly partition: number; pending: Pending[]; committable?: string }
  >();
  return {
    /** A batch is under way; the answer marks it as done. */
    begin(topic: string, partition: number, lastOffset: string): () => void {
      const key = `${topic}/${partition}`;
      const position = partitions.get(key) ?? { topic, partition, pending: [] };
      partitions.set(key, position);
      const batch: Pending = { lastOffset, done: false };
      position.pending.push(batch);
      return () => {
        batch.done = true;
        while (position.pending[0]?.done) position.committable = position.pending.shift()!.lastOffset;
      };
    },
    /** What may be committed since the last call. Kafka commits the offset that comes next. */
    takeCommittable(): Committable[] {
      const offsets: Committable[] = [];
      for (const position of partitions.values()) {
        if (position.committable === undefined) continue;
        offsets.push({
          topic: position.topic,
          partition: position.partition,
          offset: String(BigInt(position.committable) + 1n),
        });
        delete position.committable;
      }
      return offsets;
    },
    /** After a rebalance the batches under way are somebody else's too: their ends change nothing here. */
    forget(): void {
      partitions = new Map();
    },
  };
}

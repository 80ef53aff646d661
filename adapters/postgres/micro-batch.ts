import type { Append, AppendResult } from '../../platform/ports/event-store.ts';
import { createCollector } from './collector.ts';
import { isRefusedData } from './errors.ts';

export type MicroBatchSettings = {
  /** Most appends in one transaction. */
  readonly maxBatch?: number;
  /** Batches on their way at a time, each on a connection of its own. */
  readonly maxInFlight?: 1 | 2 | 3 | 4;
  /** On Citus, where a transaction over several buckets is slow. */
  readonly oneBucketPerBatch?: boolean;
};

type Waiting = {
  readonly append: Append;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
};

type Write = (appends: readonly Append[]) => Promise<readonly AppendResult[]>;

/** Measured with 32 callers in a loop: from seven eighths on there is nothing more to win, and 4 ms bring nearly all. */
const commitDelay = { siblings: 8, share: 7 / 8, longestMs: 4 };

/** Collects concurrent appends: what has come together while all batches were on their way goes next. */
export function microBatches(
  write: Write,
  settings: MicroBatchSettings,
): (append: Append) => Promise<AppendResult> {
  const { maxBatch = 256, maxInFlight = 1, oneBucketPerBatch = false } = settings;
  const collect = createCollector<Waiting>({
    maxInFlight,
    take: (queue) => takeBatch(queue, maxBatch, oneBucketPerBatch),
    run: (batch) => writeWaiting(write, batch),
    ...(oneBucketPerBatch ? {} : { delay: { ...commitDelay, full: maxBatch } }),
  });
  return (append) => new Promise((resolve, reject) => collect({ append, resolve, reject }));
}

/** A second append of a stream waits for the next batch: only one of the two could be told apart in the answer. */
function takeBatch(
  queue: readonly Waiting[],
  maxBatch: number,
  oneBucketPerBatch: boolean,
): { batch: Waiting[]; rest: Waiting[] } {
  const streams = new Set<string>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const waiting of queue) {
    const stream = waiting.append.streamId;
    const fits =
      batch.length < maxBatch &&
      !streams.has(stream) &&
      !(oneBucketPerBatch && batch[0] && batch[0].append.bucket !== waiting.append.bucket);
    (fits ? batch : rest).push(waiting);
    streams.add(stream);
  }
  return { batch, rest };
}

/** Data that PostgreSQL refuses fails only its own append: the batch is halved until that one is alone. */
async function writeWaiting(write: Write, batch: readonly Waiting[]): Promise<void> {
  try {
    const results = await write(batch.map(({ append }) => append));
    for (const [index, { resolve }] of batch.entries()) resolve(results[index]!);
  } catch (error) {
    if (batch.length > 1 && isRefusedData(error)) {
      const middle = batch.length >> 1;
      await writeWaiting(write, batch.slice(0, middle));
      await writeWaiting(write, batch.slice(middle));
    } else {
      for (const { reject } of batch) reject(error);
    }
  }
}

import { TransientError } from '../../platform/errors.ts';
import type { StoredEvent, StreamKey } from '../../platform/ports/event-store.ts';
import { createCollector } from './collector.ts';

type Streams = readonly (readonly StoredEvent[])[];
type Read = (keys: readonly StreamKey[]) => Promise<Streams>;
type Waiting = {
  readonly keys: readonly StreamKey[];
  readonly resolve: (streams: Streams) => void;
  readonly reject: (error: unknown) => void;
};
type Collect = (waiting: Waiting) => void;

/** Reads on their way at a time; what is asked for meanwhile goes together with the next. */
const maxInFlight = 2;
const maxKeys = 500;

/**
 * Collects concurrent reads without any timer: many requests for one stream each are one statement. `byBucket`, on Citus: those
 * of a bucket go together, and who asks for several goes alone, so that a shard that is away fails nobody who did not ask for it.
 */
export function collectReads(read: Read, { byBucket = false }: { readonly byBucket?: boolean } = {}): Read {
  if (!byBucket) return collected(collectorOf(read));
  const collectors = new Map<number, Collect>();
  const together = (bucket: number): Read =>
    collected(collectors.getOrInsertComputed(bucket, () => collectorOf(read)));
  return (keys) => {
    const [first] = keys;
    const isOfOne = first !== undefined && keys.every(({ bucket }) => bucket === first.bucket);
    return isOfOne ? together(first.bucket)(keys) : read(keys);
  };
}

const collected =
  (collect: Collect): Read =>
  (keys) =>
    new Promise((resolve, reject) => collect({ keys, resolve, reject }));

function collectorOf(read: Read): Collect {
  return createCollector<Waiting>({
    maxInFlight,
    take(queue) {
      const count = countWithin(queue, maxKeys);
      return { batch: queue.slice(0, count), rest: queue.slice(count) };
    },
    run: (batch) => answer(read, batch),
  });
}

/** How many of the waiting fit into one statement; one always does. */
function countWithin(queue: readonly Waiting[], most: number): number {
  let keys = 0;
  const end = queue.findIndex((waiting) => (keys += waiting.keys.length) > most);
  return end === -1 ? queue.length : Math.max(1, end);
}

/** A database that is away fails all; anything else may be the fault of one of them, so each is asked for alone. */
async function answer(read: Read, batch: readonly Waiting[]): Promise<void> {
  const failure = await readFor(read, batch);
  if (failure === undefined) return;
  let away = failure instanceof TransientError ? failure : undefined;
  for (const waiting of batch) {
    const own = away ?? (batch.length === 1 ? failure : await readFor(read, [waiting]));
    if (own !== undefined) waiting.reject(own);
    if (own instanceof TransientError) away = own;
  }
}

/** @returns what the read failed with; nobody is answered then. */
async function readFor(read: Read, batch: readonly Waiting[]): Promise<unknown> {
  try {
    const streams = await read(batch.flatMap(({ keys }) => keys));
    let start = 0;
    for (const { keys, resolve } of batch) resolve(streams.slice(start, (start += keys.length)));
    return undefined;
  } catch (error) {
    return error;
  }
}

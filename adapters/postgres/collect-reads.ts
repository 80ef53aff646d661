import type { StoredEvent, StreamKey } from '../../platform/ports/event-store.ts';
import { createCollector } from './collector.ts';

type Streams = readonly (readonly StoredEvent[])[];
type Read = (keys: readonly StreamKey[]) => Promise<Streams>;
type Waiting = {
  readonly keys: readonly StreamKey[];
  readonly resolve: (streams: Streams) => void;
  readonly reject: (error: unknown) => void;
};

/** Reads on their way at a time; what is asked for meanwhile goes together with the next. */
const maxInFlight = 2;
const maxKeys = 500;

/** Collects concurrent reads without any timer: many requests for one stream each are one statement. */
export function collectReads(read: Read): Read {
  const collect = createCollector<Waiting>({
    maxInFlight,
    take(queue) {
      const count = countWithin(queue, maxKeys);
      return { batch: queue.slice(0, count), rest: queue.slice(count) };
    },
    run: (batch) => answer(read, batch),
  });
  return (keys) => new Promise((resolve, reject) => collect({ keys, resolve, reject }));
}

/** How many of the waiting fit into one statement; one always does. */
function countWithin(queue: readonly Waiting[], most: number): number {
  let keys = 0;
  const end = queue.findIndex((waiting) => (keys += waiting.keys.length) > most);
  return end === -1 ? queue.length : Math.max(1, end);
}

async function answer(read: Read, batch: readonly Waiting[]): Promise<void> {
  try {
    const streams = await read(batch.flatMap(({ keys }) => keys));
    let start = 0;
    for (const { keys, resolve } of batch) resolve(streams.slice(start, (start += keys.length)));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

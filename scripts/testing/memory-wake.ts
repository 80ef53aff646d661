import type { WakeBus } from '../../platform/ports/wake.ts';

type MemoryWake = WakeBus & {
  /** How many listen to a service. */
  listeners(service: string): number;
};

/** Wakes within a process, heard once `notify` has returned; `onError` is told of a listener that threw. */
export function createMemoryWake(onError: (error: unknown) => void): MemoryWake {
  const all = new Map<string, Set<(buckets: readonly number[]) => void>>();

  function hear(service: string, buckets: readonly number[]): void {
    for (const listener of all.get(service) ?? []) {
      try {
        listener(buckets);
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    listeners: (service) => all.get(service)?.size ?? 0,
    notify: ({ service, buckets }) => queueMicrotask(() => hear(service, [...buckets])),
    listen(service, listener) {
      const listeners = all.getOrInsertComputed(service, () => new Set());
      // A function that listens twice is two listeners.
      const own = (buckets: readonly number[]): void => listener(buckets);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

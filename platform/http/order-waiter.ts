import { bucketOf } from '../../domain/ids.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';
import type { WakeBus } from '../ports/wake.ts';

export type OrderWaiterSettings = {
  readonly orders: EventStore;
  readonly wake: WakeBus;
  readonly partitions: number;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** How often all waiting orders are looked at although nobody woke us; 500 ms unless given. */
  readonly backstopMs?: number;
  /** Told when the database could not be read: the waiting goes on. */
  readonly onError: (error: unknown) => void;
};

export type OrderWaiter = {
  /**
   * The order's events once there are more than `knownVersion`; undefined when `timeoutMs` is over, the signal
   * aborts or the process ends.
   */
  next(
    orderId: string,
    knownVersion: number,
    until: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<readonly StoredEvent[] | undefined>;
};

type Waiter = {
  readonly orderId: string;
  readonly bucket: number;
  readonly knownVersion: number;
  settle(events: readonly StoredEvent[] | undefined): void;
};

const maxOrdersPerRead = 500;

/** One for each process: however many requests wait, a wake costs one read of the orders in its buckets. */
export function createOrderWaiter(settings: OrderWaiterSettings): OrderWaiter {
  const { orders, wake, partitions, signal, backstopMs = 500, onError } = settings;
  const waiting = new Set<Waiter>();
  const woken = new Set<number>();
  let reading = false;
  let backstop: NodeJS.Timeout | undefined;

  const stopListening = wake.listen('orders', (buckets) => {
    if (waiting.size === 0) return;
    for (const bucket of buckets) woken.add(bucket);
    void readWoken();
  });
  signal.addEventListener('abort', () => {
    stopListening();
    for (const waiter of waiting) waiter.settle(undefined);
  });

  async function readWoken(): Promise<void> {
    if (reading) return;
    reading = true;
    try {
      while (woken.size > 0) {
        const due = [...waiting].filter(({ bucket }) => woken.has(bucket));
        woken.clear();
        for (let start = 0; start < due.length; start += maxOrdersPerRead)
          await readOf(due.slice(start, start + maxOrdersPerRead));
      }
    } catch (error) {
      onError(error); // the backstop comes back to them
    } finally {
      reading = false;
    }
  }

  async function readOf(due: readonly Waiter[]): Promise<void> {
    const byOrder = Map.groupBy(due, ({ orderId }) => orderId);
    const keys = [...byOrder].map(([streamId, [first]]) => ({ bucket: first!.bucket, streamId }));
    const streams = await orders.read(keys);
    for (const [position, { streamId }] of keys.entries()) {
      const events = streams[position]!;
      for (const waiter of byOrder.get(streamId)!)
        if (events.length > waiter.knownVersion) waiter.settle(events);
    }
  }

  function watch(): void {
    backstop ??= setInterval(() => {
      if (waiting.size === 0) {
        clearInterval(backstop);
        backstop = undefined;
        return;
      }
      for (const { bucket } of waiting) woken.add(bucket);
      void readWoken();
    }, backstopMs).unref();
  }

  return {
    next: (orderId, knownVersion, { timeoutMs, signal: gone }) =>
      new Promise((resolve) => {
        if (signal.aborted || gone?.aborted || timeoutMs <= 0) return resolve(undefined);
        const giveUp = (): void => waiter.settle(undefined);
        const timer = setTimeout(giveUp, timeoutMs);
        gone?.addEventListener('abort', giveUp);
        const waiter: Waiter = {
          orderId,
          bucket: bucketOf(orderId, partitions),
          knownVersion,
          settle(events) {
            clearTimeout(timer);
            gone?.removeEventListener('abort', giveUp);
            waiting.delete(waiter);
            resolve(events);
          },
        };
        waiting.add(waiter);
        watch();
      }),
  };
}

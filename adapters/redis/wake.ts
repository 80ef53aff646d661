import { randomUUID } from 'node:crypto';
import type { Cluster } from 'ioredis';
import type { WakeBus } from '../../platform/ports/wake.ts';
import { atMostEvery } from './cluster.ts';
import { createSubscriptions } from './subscriptions.ts';

export type WakeBusOptions = {
  readonly region: string;
  /** Redis did not take or give wakes, or a listener threw. At most one call every 5 s. */
  readonly onError: (error: unknown) => void;
};

type Listener = (buckets: readonly number[]) => void;

/** How long wakes are collected, in ms: a relay's pass costs the same for one row as for fifty. */
const collectMs = 4;
/** As long as each collection has this many buckets, the relays have work as it is, and the next ones last longer. */
const manyBuckets = 6;
const collectUnderLoadMs = 24;
/** PUBLISHes without an answer; more than that is no hint any more, and would pile up while Redis is away. */
const maxInFlight = 16;

/** Wakes over Redis Pub/Sub between the processes of a region; listeners in the same process need no Redis. */
export function createWakeBus(
  cluster: Cluster,
  { region, onError }: WakeBusOptions,
): WakeBus & { close(): Promise<void> } {
  const origin = randomUUID();
  const report = atMostEvery(5000, onError);
  const collected = new Map<string, Set<number>>();
  const listeners = new Map<string, Set<Listener>>();
  let timer: NodeJS.Timeout | undefined;
  let waitMs = collectMs;
  let inFlight = 0;
  const channelOf = (service: string): string => `meridian:${region}:wake:${service}`;

  const hear = (service: string, buckets: readonly number[]): void => {
    for (const listener of listeners.get(service) ?? []) {
      try {
        listener(buckets);
      } catch (error) {
        report(error);
      }
    }
  };

  const publish = (service: string, buckets: readonly number[]): void => {
    if (cluster.status !== 'ready' || inFlight >= maxInFlight) return;
    inFlight += 1;
    cluster
      .publish(channelOf(service), JSON.stringify({ origin, buckets }))
      .catch(report)
      .finally(() => (inFlight -= 1));
  };

  const flush = (): void => {
    timer = undefined;
    const due = [...collected];
    waitMs = due.some(([, buckets]) => buckets.size >= manyBuckets) ? collectUnderLoadMs : collectMs;
    collected.clear(); // before a listener notifies in its turn
    for (const [service, buckets] of due) {
      hear(service, [...buckets]);
      publish(service, [...buckets]);
    }
  };

  const subscriptions = createSubscriptions(cluster, report, (channel, text) => {
    const wake = parseWake(text);
    if (!wake) return report(new Error('a wake is not readable'));
    if (wake.origin !== origin) hear(channel.slice(channelOf('').length), wake.buckets);
  });

  return {
    notify({ service, buckets }) {
      const waiting = collected.get(service);
      if (waiting) for (const bucket of buckets) waiting.add(bucket);
      else collected.set(service, new Set(buckets));
      timer ??= setTimeout(flush, waitMs);
    },
    listen(service, listener) {
      // A function that listens twice is two listeners.
      const own: Listener = (buckets) => listener(buckets);
      const others = listeners.get(service) ?? new Set();
      listeners.set(service, others.add(own));
      if (others.size === 1) subscriptions.add(channelOf(service));
      return () => {
        if (!others.delete(own) || others.size > 0) return;
        listeners.delete(service);
        subscriptions.remove(channelOf(service));
      };
    },
    async close() {
      clearTimeout(timer);
      if (timer) flush();
      listeners.clear();
      subscriptions.close();
    },
  };
}

function parseWake(text: string): { origin: string; buckets: number[] } | undefined {
  try {
    const { origin, buckets } = JSON.parse(text) as { origin?: unknown; buckets?: unknown };
    if (typeof origin !== 'string' || !Array.isArray(buckets)) return undefined;
    return { origin, buckets: buckets.filter((bucket) => Number.isInteger(bucket)) };
  } catch {
    return undefined;
  }
}

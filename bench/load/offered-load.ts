import type { Bench } from '../bench.ts';
import { now, readJourney, waitUntilSettled, type Journey } from '../observe/journey.ts';
import { runLoad } from './run-load.ts';
import type { LoadResult, LoadStream, StreamResult } from './plan.ts';
import type { Running } from '../stack/platform.ts';
import { watchCosts, type Costs } from '../observe/costs.ts';

export type OfferedLoad = {
  readonly ordersPerSecond: number;
  readonly seconds: number;
  /** Besides the orders. */
  readonly streams?: readonly LoadStream[];
  /** How long the orders may take to be done after the last one, in ms. */
  readonly settleMs?: number;
};

/** The costs are those from the first request to the end of the last order. */
export type LoadOutcome = Costs & {
  readonly load: LoadResult;
  readonly orders: StreamResult;
  readonly journey: Journey;
  /** Whether every accepted order came to its end in time. */
  readonly settled: boolean;
};

/** Offers orders at a rate, waits for their end, and reads from the database what became of them. */
export async function offerLoad(
  bench: Bench,
  running: Running,
  { ordersPerSecond, seconds, streams = [], settleMs = 60_000 }: OfferedLoad,
): Promise<LoadOutcome> {
  const { shop, database, all, own } = running;
  const since = await now(database);
  const watch = watchCosts(all, own);
  const orders: LoadStream = { name: 'orders', request: 'place-order', perSecond: ordersPerSecond };
  const load = await runLoad({
    ...shop,
    streams: [orders, ...streams],
    seconds,
    connections: 64,
    warmUpRequests: 0,
  });
  const settled = await waitUntilSettled(database, settleMs);
  const costs = watch.stop();
  const journey = await readJourney(database, since);
  const result = load.streams['orders']!;
  if (journey.placed !== result.succeeded)
    bench.fail(`${result.succeeded} orders acknowledged, ${journey.placed} stored`);
  if (!settled)
    bench.fail(
      `${journey.placed - journey.mailed} of ${journey.placed} orders not done after ${settleMs / 1000} s`,
    );
  const cpuMs = { ...costs.cpuMs, 'load generator': load.cpuMs };
  return { ...costs, load, orders: result, journey, settled, cpuMs };
}

/** Everything was accepted, and the backlog at the end was no more than some seconds of a journey. */
export function keptUp({ orders, journey, settled }: LoadOutcome): boolean {
  const drainMs = journey.lastMailedAt - journey.lastPlacedAt;
  return (
    settled && orders.succeeded === orders.sent && drainMs < 4000 && journey.placedToShippedMs.p99 < 4000
  );
}

/** Lets compilers and caches warm up. */
export async function warmUp(bench: Bench, running: Running): Promise<void> {
  await offerLoad(bench, running, { ordersPerSecond: 150, seconds: bench.settings.quick ? 5 : 15 });
}

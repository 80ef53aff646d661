import { secondsOf, type Bench, type Benchmark } from '../bench.ts';
import type { Database } from '../stack/database.ts';
import type { Shop } from '../stack/customers.ts';
import { fillHistory, sampleStream } from '../stack/history-fill.ts';
import { runLoad } from '../load/run-load.ts';
import type { KnownOrder } from '../load/plan.ts';
import { gatewayOnly, withPlatform } from '../stack/platform.ts';
import { rounded } from '../report/statistics.ts';

const few = 1000;

/** Whether the shop gets slower with what it has sold: two tables take turns behind the same gateway. */
export const history: Benchmark = {
  name: 'history',
  summary: 'orders placed a second and order status with 1,000 and with 1,000,000 orders stored',
  run: (bench) =>
    withPlatform(bench, { customers: 5000, ...gatewayOnly }, async ({ shop, database }) => {
      const many = bench.settings.quick ? 50_000 : 1_000_000;
      await measure(bench, shop, []); // compilers and caches
      const stream = await sampleStream(database);
      await database.query('truncate orders.events, orders.outbox, orders.sagas');
      await database.query('create table orders.events_many (like orders.events including all)');
      const startedMs = performance.now();
      const ofMany = await fillHistory(bench.stack, database, 'events_many', stream, many, shop.users);
      bench.log(`${rounded(many)} orders stored in ${rounded((performance.now() - startedMs) / 1000)} s`);

      const results: { few: Turn; many: Turn }[] = [];
      for (let run = 1; run <= bench.settings.runs; run += 1) {
        // The turn before has placed orders: it starts again with exactly a thousand.
        await database.query('truncate orders.events');
        const ofFew = await fillHistory(bench.stack, database, 'events', stream, few, shop.users);
        const small = await measure(bench, shop, ofFew, database);
        await swap(database, 'events_few', 'events_many');
        const large = await measure(bench, shop, ofMany, database);
        await swap(database, 'events_many', 'events_few');
        results.push({ few: small, many: large });
        bench.log(
          `run ${run}: ${rounded(small.perSecond)} and ${rounded(large.perSecond)} orders/s, status p50 ` +
            `${rounded(small.statusP50)} and ${rounded(large.statusP50)} ms`,
        );
      }
      const ratios = (figure: keyof Turn): number[] =>
        results.map((result) => result.many[figure] / result.few[figure]);
      const name = `with ${rounded(many)} ÷ with ${rounded(few)} orders`;
      bench.report({
        name: `orders/s ${name}`,
        unit: '',
        runs: ratios('perSecond'),
        target: { is: '≥', than: 0.8 },
      });
      bench.report({
        name: `status p50 ${name}`,
        unit: '',
        runs: ratios('statusP50'),
        target: { is: '≤', than: 1.2 },
      });
      bench.report({ name: `status p99 ${name}`, unit: '', runs: ratios('statusP99') });
      for (const size of ['few', 'many'] as const) {
        const runsOf = (figure: keyof Turn): number[] => results.map((result) => result[size][figure]);
        const stored = `(${rounded(size === 'few' ? few : many)} stored)`;
        bench.report({ name: `orders ${stored}`, unit: '/s', runs: runsOf('perSecond') });
        bench.report({ name: `status p50 ${stored}`, unit: 'ms', runs: runsOf('statusP50') });
        bench.report({ name: `status p99 ${stored}`, unit: 'ms', runs: runsOf('statusP99') });
      }
    }),
};

type Turn = { readonly perSecond: number; readonly statusP50: number; readonly statusP99: number };

/** Order status at an even pace, then as many new orders as 64 connections bring in. */
async function measure(
  bench: Bench,
  shop: Shop,
  knownOrders: readonly KnownOrder[],
  database?: Database,
): Promise<Turn> {
  const seconds = secondsOf(bench, 8, 3);
  await database?.checkpoint();
  const status = await load('order-status', 200);
  const placing = await load('place-order');
  await database?.query('truncate orders.outbox, orders.sagas');
  const { p50, p99 } = status.result.latencyMs;
  return { perSecond: placing.result.succeeded / placing.seconds, statusP50: p50, statusP99: p99 };

  async function load(request: 'order-status' | 'place-order', perSecond?: number) {
    const stream = { name: 'requests', request, ...(perSecond ? { perSecond } : {}) };
    const warmUpRequests = request === 'place-order' || knownOrders.length > 0 ? 1000 : 0;
    const outcome = await runLoad({
      ...shop,
      knownOrders,
      streams: [stream],
      seconds,
      connections: 64,
      warmUpRequests,
    });
    const result = outcome.streams['requests']!;
    if (result.succeeded < result.sent)
      bench.fail(
        `${request}: ${result.sent - result.succeeded} of ${result.sent}: ${JSON.stringify(result.answers)}`,
      );
    return { result, seconds: outcome.seconds };
  }
}

/** Puts `next` in the place of the events table, which from now on is called `name`. */
async function swap(database: Database, name: string, next: string): Promise<void> {
  await database.query(
    `do $$ begin
       alter table orders.events rename to ${name};
       alter table orders.${next} rename to events;
     end $$`,
  );
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { secondsOf, type Bench, type Benchmark } from '../bench.ts';
import type { Shop } from '../stack/customers.ts';
import type { Database } from '../stack/database.ts';
import { ensureWrk, runWrk } from '../load/wrk.ts';
import { twoGateways, withPlatform } from '../stack/platform.ts';
import { runPgbench, type OrderRows } from '../yardsticks/pgbench.ts';
import { rounded, sum } from '../report/statistics.ts';

const connections = 64;
// Each has been there before: a customer's token is verified long before the order, while they look around.
const customers = 5000;

/** Durable orders through HTTP against PostgreSQL's own tool, taking turns on the same database. */
export const placement: Benchmark = {
  name: 'placement',
  summary:
    'orders accepted durably over HTTP (64 connections, two gateway processes) against pgbench writing the same rows',
  run: (bench) =>
    withPlatform(bench, { customers, ...twoGateways }, async ({ shop, database }) => {
      const seconds = secondsOf(bench, 10);
      const http: number[] = [];
      const tool: number[] = [];
      const latencies: number[] = [];
      await ensureWrk();
      // Compilers and caches: the gateways are at their speed after some hundred thousand orders, pgbench from the first.
      await placeOrders(bench, shop, database, bench.settings.quick ? Math.min(seconds, 5) : 20);
      const rows = await sampleRows(database);
      for (let run = 1; run <= bench.settings.runs; run += 1) {
        const { perSecond, p99 } = await placeOrders(bench, shop, database, seconds);
        http.push(perSecond);
        latencies.push(p99);
        await emptyTables(database);
        tool.push(await runPgbench(bench.stack, rows, seconds));
        await emptyTables(database);
        bench.log(`run ${run}: HTTP ${rounded(perSecond)}/s, pgbench ${rounded(tool.at(-1)!)}/s`);
      }
      const bare = await bareHttp(shop, Math.min(seconds, 5));
      bench.keep('rows', rows);
      bench.report({
        name: 'HTTP ÷ pgbench',
        unit: '',
        runs: http.map((perSecond, run) => perSecond / tool[run]!),
        target: { is: '≥', than: 0.9 },
      });
      bench.report({ name: 'orders through HTTP', unit: '/s', runs: http });
      bench.report({ name: 'answer p99', unit: 'ms', runs: latencies });
      bench.report({ name: 'pgbench, 32 clients', unit: '/s', runs: tool });
      bench.report({ name: 'bare node:http', unit: '/s', runs: [bare] });
    }),
};

async function placeOrders(
  bench: Bench,
  shop: Shop,
  database: Database,
  seconds: number,
): Promise<{ perSecond: number; p99: number }> {
  await emptyTables(database);
  const { host, ports } = bench.stack;
  const urls = [ports.gateway, ports.gatewayB].map((port) => `http://${host}:${port}`);
  const shares = await Promise.all(urls.map((url) => runWrk(shop, url, connections / urls.length, seconds)));
  const succeeded = sum(shares.map((share) => share.succeeded));
  const [stored] = await database.query<{ count: string }>(
    `select count(*) from orders.events e join orders.outbox o on o.event_id = e.stream_id || '/1'
     where e.type = 'OrderPlaced'`,
  );
  // A figure of orders that are not all in the database would be worth nothing; what was on its way at the end may be more.
  const count = Number(stored?.count);
  if (count < succeeded || count > succeeded + connections)
    bench.fail(`${succeeded} orders acknowledged, ${count} stored`);
  return {
    perSecond: sum(shares.map((share) => share.succeeded / share.seconds)),
    p99: Math.max(...shares.map((share) => share.p99Ms)),
  };
}

async function emptyTables(database: Database): Promise<void> {
  await database.query('truncate orders.events, orders.outbox, orders.sagas');
  await database.checkpoint();
}

async function sampleRows(database: Database): Promise<OrderRows> {
  const [rows] = await database.query<OrderRows>(
    `select e.data::text as data, o.payload::text as payload, o.traceparent
     from orders.events e join orders.outbox o on o.event_id = e.stream_id || '/1'
     where json_array_length(e.data->'lines') = 2 limit 1`,
  );
  if (!rows) throw new Error('the gateway has stored no order with two lines');
  return rows;
}

/** What this machine and the load generator make of a server that does nothing, in requests a second. */
async function bareHttp(shop: Shop, seconds: number): Promise<number> {
  const server = fork(join(import.meta.dirname, '../yardsticks/bare-http.ts'));
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const result = await runWrk(shop, `http://127.0.0.1:${port}`, connections, seconds);
    return result.succeeded / result.seconds;
  } finally {
    server.disconnect();
  }
}

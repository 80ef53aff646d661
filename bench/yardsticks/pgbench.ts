import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { LocalStack } from '../../environments/local.ts';
import { postgresProgram } from '../../scripts/stack/requirements.ts';

/** An order's rows as the gateway wrote them: pgbench writes the same, with other ids. */
export type OrderRows = {
  readonly data: string;
  readonly payload: string;
  readonly traceparent: string | null;
};

// One statement, so one round trip and one commit an order: the fastest way to write these rows one by one.
const statement = `with placed as (
  insert into orders.events (bucket, stream_id, version, type, data)
  values (:bucket::int, 'ord_use_' || lpad(:number::text, 26, '0'), 1, 'OrderPlaced', :data::json)
  returning bucket, stream_id
), saga as (
  insert into orders.sagas (bucket, order_id, deadline_at)
  select bucket, stream_id, now() + interval '10 minutes' from placed
)
insert into orders.outbox (bucket, topic, key, type, event_id, payload, traceparent, occurred_at)
select bucket, 'order-events', stream_id, 'OrderPlaced', stream_id || '/1', :payload::json,
  nullif(:traceparent::text, 'none'), now() from placed;`;

/** Orders a second that pgbench writes into the stack's PostgreSQL with 32 clients. Throws when a client failed. */
export async function runPgbench(stack: LocalStack, rows: OrderRows, seconds: number): Promise<number> {
  const { host, ports, partitions, postgres } = stack;
  const folder = mkdtempSync(join(tmpdir(), 'meridian-pgbench-'));
  const script = join(folder, 'order.sql');
  const random = [
    `\\set bucket random(0, ${partitions - 1})`,
    String.raw`\set number random(1, 4611686018427387904)`,
  ];
  writeFileSync(script, [...random, statement, ''].join('\n'));
  const variables = { data: rows.data, payload: rows.payload, traceparent: rows.traceparent ?? 'none' };
  try {
    const { stdout } = await execa(
      join(dirname(await postgresProgram('postgres')), 'pgbench'),
      [
        ['-h', host, '-p', String(ports.postgres), '-U', postgres.user],
        ['-n', '-M', 'prepared', '-c', '32', '-j', '2', '-T', String(seconds), '-f', script],
        Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        [postgres.database],
      ].flat(),
      { env: { PGPASSWORD: postgres.password } },
    );
    return tpsIn(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exported for its test. @throws Error when pgbench did not say how fast it was, or not all of it succeeded. */
export function tpsIn(output: string): number {
  const failed = Number(/^number of failed transactions: (\d+)/m.exec(output)?.[1] ?? 0);
  const tps = Number(/^tps = ([\d.]+)/m.exec(output)?.[1]);
  if (failed > 0 || !(tps > 0)) throw new Error(`pgbench failed:\n${output}`);
  return tps;
}

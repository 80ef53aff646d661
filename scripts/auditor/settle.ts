import { setTimeout as sleep } from 'node:timers/promises';
import { workers } from '../../workers/index.ts';
import { inboxServices } from '../../platform/ports/retention.ts';
import type { AnyWorker } from '../../platform/worker.ts';
import type { Ask } from './outside.ts';
import { from, type AuditSources } from './sources.ts';
import { extentsOf, type Extents } from './topic-reader.ts';

const everyMs = 200;

export type Settled = {
  /** What is recorded before has had the time to be complete; by the database's clock. */
  readonly dueBefore: Date;
  readonly unsettled: readonly string[];
};

/**
 * Waits until nothing is under way: outboxes empty, consumers at the end of their topics, no order open that is not
 * parked. When that does not come about in time, what had happened before the audit began is due all the same.
 */
export async function settle(sources: AuditSources, settleMs: number, ask: Ask): Promise<Settled> {
  const startedAt = await databaseTime(sources);
  const deadlineMs = performance.now() + settleMs;
  for (;;) {
    const before = await databaseTime(sources);
    const unsettled = [
      ...(await databaseBacklog(sources)),
      ...((await ask('kafka', () => lag(sources))) ?? []),
    ];
    if (unsettled.length === 0) return { dueBefore: before, unsettled };
    if (performance.now() >= deadlineMs) return { dueBefore: startedAt, unsettled };
    await sleep(Math.min(everyMs, Math.max(0, deadlineMs - performance.now())));
  }
}

async function databaseTime({ postgres }: AuditSources): Promise<Date> {
  const { rows } = await from('postgres', () =>
    postgres.query<{ now: Date }>('select clock_timestamp() as now'),
  );
  return rows[0]!.now;
}

async function databaseBacklog({ postgres }: AuditSources): Promise<readonly string[]> {
  // Counting stops early: how much it is matters less than that it is there.
  // Every service with an inbox has an outbox beside it.
  const counts = inboxServices.map(
    (schema) =>
      `select '${schema}.outbox: rows' as what, count(*)::int as count from (select from ${schema}.outbox limit 1000) o`,
  );
  const open = `select 'orders under way' as what, count(*)::int as count
    from (select from orders.sagas where parked_reason is null limit 1000) s`;
  const { rows } = await from('postgres', () =>
    postgres.query<{ what: string; count: number }>([...counts, open].join(' union all ')),
  );
  return rows
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${what}: ${count}${count === 1000 ? ' or more' : ''}`);
}

const topicsOf = ({ consumes }: AnyWorker): string[] =>
  [consumes].flat().map(({ name }: { name: string }) => name);

async function lag(sources: AuditSources): Promise<readonly string[]> {
  const extents = await extentsOf(sources, [...new Set(workers.flatMap(topicsOf))]);
  const behind = await Promise.all(
    workers.map(async (worker) => ({
      name: worker.name,
      messages: await lagOf(sources, worker.name, topicsOf(worker), extents),
    })),
  );
  return behind
    .filter(({ messages }) => messages > 0)
    .map(({ name, messages }) => `${name} lags: ${messages}`);
}

async function lagOf(
  { admin }: AuditSources,
  groupId: string,
  topics: readonly string[],
  extents: Extents,
): Promise<number> {
  const committed = await from('kafka', () => admin.fetchOffsets({ groupId, topics: [...topics] }));
  let messages = 0;
  for (const { topic, partitions } of committed) {
    for (const { partition, low, high } of extents.get(topic) ?? []) {
      const offset = Number(partitions.find((own) => own.partition === partition)?.offset ?? -1);
      messages += high - Math.max(offset, low);
    }
  }
  return messages;
}

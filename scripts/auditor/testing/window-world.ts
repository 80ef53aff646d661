import { topics } from '../../../contracts/topics.ts';
import type { OrderId } from '../../../domain/ids.ts';
import { localStack } from '../../../environments/local.ts';
import { startStack, stopStack } from '../../stack/index.ts';
import { onDatabase } from '../../testing/on-database.ts';
import { audit, openSources, type AuditSources } from '../index.ts';
import { openHealthyWorld, type OnEnd } from './healthy-world.ts';
import { openTestWorld } from './world.ts';

const stack = localStack('test', 5000);

/** What the tests order is all of the last minute: no overlap, and one clock. */
export const window = { settleMs: 0, sinceLastClean: true, overlapMs: 0, clockSkewMs: 0 } as const;

export type WindowWorld = {
  /** An order of before the checkpoint that is done with. */
  readonly shipped: OrderId;
  /** The one that came after it. */
  readonly fresh: OrderId;
  /** The world in a database of its own, and with other documents where they are named. */
  copy(onEnd: OnEnd, mongoDatabase?: string): Promise<AuditSources>;
  /** The documents under another name. */
  copyMongo(onEnd: OnEnd): Promise<string>;
  close(): Promise<void>;
};

/** Six orders, a clean audit that left a checkpoint, and one order more. For tests only; the stack's topics are emptied. */
export async function openWindowWorld(): Promise<WindowWorld> {
  const { host, ports, postgres } = stack;
  const urlOf = (database: string): string =>
    `postgres://${postgres.user}:${postgres.password}@${host}:${ports.postgres}/${database}`;
  const names = Object.values(topics).map(({ name }) => name);
  const { owned } = await startStack(stack, { reuse: true, topics: names });
  const world = await openHealthyWorld(stack);
  const ends: (() => Promise<void>)[] = [];
  const { sources, fresh } = await prepare(await world.copy((work) => void ends.push(work)), world.smtpPort);
  const template = new URL(sources.postgres.options.connectionString ?? '').pathname.slice(1);
  let copies = 0;
  return {
    shipped: world.ids.shipped,
    fresh,
    copyMongo: (onEnd) => world.copyMongo(onEnd),
    async copy(onEnd, mongoDatabase = sources.mongo.databaseName) {
      const database = `${template}_${(copies += 1)}`;
      await onDatabase(urlOf(postgres.database), `create database ${database} template ${template}`);
      const { providerUrl, mailsUrl } = sources;
      const given = { postgresUrl: urlOf(database), mongoDatabase, providerUrl, mailsUrl, logFiles: [] };
      const opened = openSources(stack, given);
      onEnd(async () => {
        await opened.close();
        await onDatabase(urlOf(postgres.database), `drop database ${database}`);
      });
      return opened.sources;
    },
    async close() {
      for (const work of ends) await work();
      await world.close();
      if (owned) await stopStack(stack);
    },
  };
}

async function prepare(
  sources: AuditSources,
  smtpPort: number,
): Promise<{ readonly sources: AuditSources; readonly fresh: OrderId }> {
  const first = await audit(sources, window);
  const isOfAll = first.changedSince === undefined && first.orders === 6;
  if (first.verdict !== 'clean' || !isOfAll) throw new Error(`the first audit: ${JSON.stringify(first)}`);
  const more = await openTestWorld({ sources, smtpPort });
  const fresh = await more.place('fresh');
  await more.close();
  // A database with a session cannot be copied.
  await sources.postgres.end();
  return { sources, fresh };
}

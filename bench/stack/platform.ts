import { processGroups, type ProcessGroup } from '../../environments/local.ts';
import { startPlatform } from '../../scripts/platform-processes.ts';
import { mongoServer } from '../../scripts/stack/mongo.ts';
import type { Bench } from '../bench.ts';
import { fillShop, type Shop } from './customers.ts';
import { withDatabase, type Database } from './database.ts';
import { reportExit, withFreshStack } from './fresh-stack.ts';
import { serversOf, type NamedProcess } from '../observe/processes.ts';

/** A running platform with a filled shop. */
export type Running = {
  readonly shop: Shop;
  readonly database: Database;
  /** Gateways and workers. */
  readonly own: readonly NamedProcess[];
  /** Those, the servers, the payment provider and the mail sink. */
  readonly all: readonly NamedProcess[];
};

export type PlatformSettings = {
  /** How many customers there are to place orders. */
  readonly customers: number;
  readonly groups?: readonly ProcessGroup[];
  readonly variables?: Readonly<Record<string, string>>;
};

/** Only the gateways that take orders and carts. No relay shares the machine with them, so no backlog may refuse orders. */
export const gatewayOnly = {
  groups: [{ name: 'gateway', parts: ['order', 'user'] }],
  variables: { ADMISSION_OUTBOX_MS: '600000', ADMISSION_OPEN_ORDERS: '1000000' },
} as const satisfies Partial<PlatformSettings>;

/** Two processes of them, one a core, as pgbench has all cores to itself. */
export const twoGateways = {
  ...gatewayOnly,
  groups: [...gatewayOnly.groups, { name: 'gateway-b', parts: ['order', 'user'], port: 'gatewayB' }],
} as const satisfies Partial<PlatformSettings>;

/** Runs `work` on a platform of its own, on empty servers. */
export async function withPlatform(
  bench: Bench,
  { customers, groups = processGroups, variables = {} }: PlatformSettings,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  await withFreshStack(bench, async () => {
    const platform = await startPlatform(bench.stack, {
      groups,
      variables,
      onExit: (exit) => reportExit(bench, exit),
    });
    try {
      await withDatabase(bench.stack, async (database) => {
        const shop = await fillShop(bench.stack, database, customers);
        bench.log(
          `the platform is ready: ${customers} customers, ${shop.skus.length} articles, read models on ${mongoServer()}`,
        );
        const names = new Set(groups.map(({ name }) => name));
        const own = platform.processes.filter(({ name }) => names.has(name));
        await work({ shop, database, own, all: [...platform.processes, ...serversOf(bench.stack)] });
      });
    } finally {
      await platform.stop();
    }
  });
}

import { execa } from 'execa';
import { Redis } from 'ioredis';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from '../../environments/local.ts';
import type { StackFolders } from './folders.ts';
import { waitForServer, type StackContext, type StackPart } from './server.ts';
import { StackError, waitFor } from './wait.ts';

const indexes = [0, 1, 2, 3, 4, 5] as const;
const nameOf = (index: number): string => `redis-${index}`;

export const redisPart: StackPart = {
  name: 'redis',
  serverNames: indexes.map(nameOf),
  stopSignal: 'SIGTERM',
  // While it writes a first append-only file Redis ignores SIGTERM; the file survives a SIGKILL.
  stopLimitMs: 3000,

  async prepare({ stack, folders }) {
    // Nodes of a cluster whose creation was cut off know some of the others, and redis-cli refuses them.
    if (!existsSync(formedMarker(folders))) rmSync(folders.redis, { recursive: true, force: true });
    for (const index of indexes) {
      mkdirSync(nodeFolder(folders, index), { recursive: true });
      writeFileSync(join(nodeFolder(folders, index), 'redis.conf'), settings(stack, index));
    }
  },

  launch({ stack, folders }, serverName) {
    const index = indexes.find((candidate) => nameOf(candidate) === serverName) ?? 0;
    const cwd = nodeFolder(folders, index);
    const port = stack.ports.redis[index];
    return {
      name: serverName,
      port,
      command: ['redis-server', join(cwd, 'redis.conf')],
      cwd,
      stopSignal: 'SIGTERM',
    };
  },

  async ready(context) {
    await Promise.all(
      indexes.map((index) =>
        waitForServer(context, nameOf(index), () => answers(context.stack, index), 30_000),
      ),
    );
    if (!existsSync(formedMarker(context.folders))) await formCluster(context);
    const whole = async (): Promise<boolean> =>
      (await Promise.all(indexes.map((index) => isSettled(context.stack, index)))).every(Boolean);
    await waitFor('the Redis cluster to be whole', whole, { timeoutMs: 30_000, signal: context.signal });
  },
};

/** The role of each node that answers now, for fault tests: which of redis-0 … redis-5 are masters changes. */
export async function redisRoles(stack: LocalStack): Promise<{ name: string; role: 'master' | 'replica' }[]> {
  const roles = await Promise.all(
    indexes.map(async (index) => ({ name: nameOf(index), info: await info(stack, index, 'replication') })),
  );
  return roles.flatMap(({ name, info: text }) =>
    text === undefined
      ? []
      : [{ name, role: text.includes('role:master') ? ('master' as const) : ('replica' as const) }],
  );
}

const nodeFolder = (folders: StackFolders, index: number): string => join(folders.redis, String(index));
const formedMarker = (folders: StackFolders): string => join(folders.redis, 'formed');

async function formCluster({ stack, folders, signal }: StackContext): Promise<void> {
  const nodes = stack.ports.redis.map((port) => `${stack.host}:${port}`);
  const args = ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'];
  await execa('redis-cli', args, { timeout: 30_000, ...(signal ? { cancelSignal: signal } : {}) });
  writeFileSync(formedMarker(folders), '');
}

async function answers(stack: LocalStack, index: number): Promise<boolean> {
  return (await info(stack, index, 'server')) !== undefined;
}

async function isSettled(stack: LocalStack, index: number): Promise<boolean> {
  const replication = await info(stack, index, 'replication');
  if (replication === undefined) throw new Error(`${nameOf(index)} does not answer`);
  const [cluster, persistence] = await withNode(stack, index, (node) =>
    Promise.all([node.cluster('INFO'), node.info('persistence')]),
  );
  const linked = replication.includes('role:master') || replication.includes('master_link_status:up');
  const hasFile = persistence.includes('aof_rewrite_in_progress:0');
  return (
    linked && hasFile && cluster.includes('cluster_state:ok') && cluster.includes('cluster_slots_ok:16384')
  );
}

async function info(stack: LocalStack, index: number, section: string): Promise<string | undefined> {
  try {
    return await withNode(stack, index, (node) => node.info(section));
  } catch {
    return undefined; // not listening, or still loading its file
  }
}

async function withNode<Answer>(
  stack: LocalStack,
  index: number,
  ask: (node: Redis) => Promise<Answer>,
): Promise<Answer> {
  const port = stack.ports.redis[index];
  if (port === undefined) throw new StackError(`there is no ${nameOf(index)}`);
  const node = new Redis({
    host: stack.host,
    port,
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 2000,
    commandTimeout: 2000,
  });
  node.on('error', () => undefined); // the command's own rejection tells the same
  try {
    return await ask(node);
  } finally {
    node.disconnect();
  }
}

function settings({ ports, host }: LocalStack, index: (typeof indexes)[number]): string {
  return `# Written by scripts/stack/redis.ts at every start.
bind ${host}
port ${ports.redis[index]}
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 1500
cluster-replica-validity-factor 0
# While one shard fails over, the two others go on.
cluster-require-full-coverage no
# A master without a file that is killed and comes back at once is an empty master, and its replica then empties
# itself too. The append-only file prevents this; flushed once a second it costs no request anything.
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 32mb
save ""
maxmemory 128mb
# Every key has a TTL, so this finds all; a key without one shows up as an error instead of vanishing.
maxmemory-policy volatile-lru
repl-diskless-sync-delay 0
repl-backlog-size 4mb
tcp-keepalive 60
# A master that is stopped waits so many seconds for its replicas, which are being stopped too.
shutdown-timeout 1
`;
}

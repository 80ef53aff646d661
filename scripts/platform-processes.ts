import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  localEnvironmentVariables,
  processGroups,
  type LocalStack,
  type ProcessGroup,
} from '../environments/local.ts';
import { runMigrations } from '../composition/migrate.ts';
import { seed } from './seed.ts';
import { stackFolders } from './stack/folders.ts';
import { endProcess, spawnServer, type ServerExit } from './stack/process.ts';
import type { PidFile } from './stack/pid-files.ts';
import { StackError, waitFor } from './stack/wait.ts';

export type PlatformOptions = {
  /** Instead of those of `environments/local.ts`: one process each. */
  readonly groups?: readonly ProcessGroup[];
  readonly onExit?: (exit: ServerExit) => void;
  readonly onStep?: (step: string) => void;
  /** Added to what every process finds in its environment. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

export type PlatformProcess = { readonly name: string; readonly pid: number };

export type Platform = {
  readonly processes: readonly PlatformProcess[];
  /** Where a process shows its metrics. */
  metricsUrl(name: string): string;
  /** Ends one process by SIGKILL and starts it again; resolves when it is ready. */
  killAndRestart(name: string): Promise<void>;
  start(name: string): Promise<void>;
  kill(name: string): Promise<void>;
  /** Lets every process finish its work, the gateways first. */
  stop(): Promise<void>;
};

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Migrates, seeds, and starts the stand-ins for the outside world and the platform's processes on a running stack; resolves when all are ready. */
export async function startPlatform(stack: LocalStack, options: PlatformOptions = {}): Promise<Platform> {
  const { groups = processGroups, onExit, onStep = () => undefined, signal } = options;
  const folders = stackFolders(stack);
  const variables = localEnvironmentVariables(stack);
  onStep('migrating');
  await runMigrations(variables);
  onStep('seeding');
  await seed(variables['POSTGRES_URL'] ?? '', { partitions: stack.partitions, region: stack.region });

  const running = new Map<string, PidFile>();
  const indexOf = (name: string): number => groups.findIndex((group) => group.name === name);
  const operationsUrl = (index: number): string => `http://${stack.host}:${metricsPort(stack, index)}`;
  const launch = (name: string): PidFile => {
    const index = indexOf(name);
    const group = groups[index];
    const port = group ? metricsPort(stack, index) : stack.ports.payments;
    const args = group
      ? ['main.ts', 'all', '--only', group.parts.join(',')]
      : ['scripts/outside-world.ts', stack.name];
    const entry = spawnServer(
      folders,
      {
        name,
        port,
        command: [
          join(repository, 'node_modules/.bin/node'),
          // Most of what a batch makes dies young: with Node's small nursery it is copied around first.
          '--max-semi-space-size=16',
          // By itself V8 lets a heap grow to four times what lives in it; at two and a quarter a marking comes sooner, and the same
          // orders need a fifth less memory, at no CPU that can be measured.
          '--heap-growing-percent=125',
          ...args,
        ],
        cwd: repository,
        env: {
          ...variables,
          MERIDIAN_PORT_OFFSET: String(stack.portOffset),
          HOST: stack.host,
          METRICS_PORT: String(port),
          PORT: String(group?.port === 'gatewayB' ? stack.ports.gatewayB : stack.ports.gateway),
          ...options.variables,
        },
        stopSignal: 'SIGTERM',
      },
      { followParent: true, onExit },
    );
    running.set(name, entry);
    return entry;
  };
  const start = async (name: string): Promise<void> => {
    const index = indexOf(name);
    const entry = launch(name);
    const url =
      index < 0
        ? `http://${stack.host}:${stack.ports.payments}/v1/ledger?limit=1`
        : `${operationsUrl(index)}/readyz`;
    await waitFor(
      `${name} to be ready (scripts/up logs ${name})`,
      async () => (await isUp(url)) || failIfGone(name),
      { timeoutMs: 60_000, everyMs: 50, ...(signal ? { signal } : {}) },
    );

    function failIfGone(of: string): boolean {
      if (processExists(entry.pid)) return false;
      throw new StackError(`${of} ended while it started: scripts/up logs ${of}`);
    }
  };
  const kill = async (name: string): Promise<void> => {
    const entry = running.get(name);
    if (entry) await endProcess(entry, 'SIGKILL', 10_000);
  };
  const stop = async (): Promise<void> => {
    const names = [...running.keys()];
    const end = (name: string): Promise<void> => endProcess(running.get(name)!, 'SIGTERM', 30_000);
    await Promise.all(names.filter((name) => name !== outsideWorld).map(end));
    await Promise.all(names.filter((name) => name === outsideWorld).map(end));
    running.clear();
  };

  try {
    onStep('starting the gateways and workers');
    await start(outsideWorld);
    await Promise.all(groups.map(({ name }) => start(name)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    get processes() {
      return [...running.values()].map(({ name, pid }) => ({ name, pid }));
    },
    metricsUrl: (name) => `${operationsUrl(indexOf(name))}/metrics`,
    kill,
    start,
    stop,
    async killAndRestart(name) {
      await kill(name);
      await start(name);
    },
  };
}

/** The payment provider simulator and the mail sink. */
const outsideWorld = 'outside-world';

function metricsPort(stack: LocalStack, index: number): number {
  const port = stack.ports.metrics[index];
  if (port === undefined)
    throw new RangeError(`the ${stack.name} stack has ports for ${stack.ports.metrics.length} processes`);
  return port;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isUp(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

import { existsSync, rmSync } from 'node:fs';
import { localStack, type LocalStack, type LocalStackName } from '../../environments/local.ts';
import { missingDownload } from './downloads.ts';
import { stackFolders, type StackFolders } from './folders.ts';
import { createTopics } from './kafka.ts';
import { parts, startPart } from './parts.ts';
import { requireFreePorts } from './ports.ts';
import { isAlive, pidFileNames, readPidFile, removePidFile } from './pid-files.ts';
import { endProcess, signalProcess, type ServerExit } from './process.ts';
import { ensureRequirements } from './requirements.ts';
import type { StackContext, StackPart } from './server.ts';
import { claimStack, isSupervisorFile, releaseStack, supervisorOf } from './supervisor.ts';
import { StackError } from './wait.ts';

export { killProcess, restartServer, startServer, stopServer } from './faults.ts';
export { createTopics } from './kafka.ts';
export { redisRoles } from './redis.ts';
export { stackLogs, stackStatus, type StatusRow } from './status.ts';
export { StackError } from './wait.ts';

export type ProgressEvent = {
  readonly step: string;
  readonly state: 'started' | 'note' | 'done' | 'failed';
  readonly note?: string;
};

export type StartOptions = {
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Aborting ends what has been started and rejects. */
  readonly signal?: AbortSignal;
  /** Kafka topics to create. */
  readonly topics?: readonly string[];
  /** Called when a server ends, whether or not this process asked for it. */
  readonly onServerExit?: (exit: ServerExit) => void;
  /** When another process runs this stack already: use it instead of refusing. */
  readonly reuse?: boolean;
};

/** The stack's settings with the port offset of this shell (MERIDIAN_PORT_OFFSET). */
export function stackFromEnvironment(name: LocalStackName): LocalStack {
  return localStack(name, Number(process.env['MERIDIAN_PORT_OFFSET'] || 0));
}

/**
 * Starts all servers and returns when clients can work with them; `owned` is false when another process runs them.
 * The data of the last run is kept. Throws a StackError that explains itself; nothing is left running then.
 */
export async function startStack(stack: LocalStack, options: StartOptions = {}): Promise<{ owned: boolean }> {
  const folders = stackFolders(stack);
  if (!claimStack(folders)) {
    const owner = supervisorOf(folders);
    if (!options.reuse)
      throw new StackError(
        `the ${stack.name} stack runs already (process ${owner?.pid ?? '?'}): scripts/up stop ends it`,
      );
    await createTopics([`${stack.host}:${stack.ports.kafka}`], options.topics ?? [], stack.partitions);
    return { owned: false };
  }
  // A failure of one server ends the wait for the others.
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  try {
    await step(options, 'requirements', (note) => ensureRequirements(note, signal));
    await endLeftOvers(folders, options);
    await requireFreePorts(stack);
    await deleteOrphan(folders, options);
    const starts = parts.map((part) => startWithDownload({ stack, folders, signal }, part, options));
    for (const start of starts) start.catch((error: unknown) => failure.abort(error));
    await Promise.allSettled(starts);
    signal.throwIfAborted();
    return { owned: true };
  } catch (error) {
    await stopServers(folders);
    releaseStack(folders);
    throw error;
  }
}

async function startWithDownload(
  context: StackContext,
  part: StackPart,
  options: StartOptions,
): Promise<void> {
  await step(options, part.name, async (note) => {
    const download = missingDownload(part.name);
    if (download) {
      note(`downloading ${download.name}`);
      await download.run(context.signal);
    }
    await startPart(context, part, options.onServerExit);
    const { host, ports, partitions } = context.stack;
    if (part.name === 'kafka')
      await createTopics([`${host}:${ports.kafka}`], options.topics ?? [], partitions);
  });
}

async function step(
  options: StartOptions,
  name: string,
  run: (note: (text: string) => void) => Promise<void>,
): Promise<void> {
  const report = (state: ProgressEvent['state'], note?: string): void =>
    options.onProgress?.({ step: name, state, ...(note ? { note } : {}) });
  report('started');
  try {
    await run((text) => report('note', text));
    report('done');
  } catch (error) {
    report('failed');
    throw error;
  }
}

// Servers whose supervisor was killed: theirs may be an older configuration, so they are ended rather than used.
async function endLeftOvers(folders: StackFolders, options: StartOptions): Promise<void> {
  const running = pidFileNames(folders).filter(
    (name) => !isSupervisorFile(name) && isAlive(readPidFile(folders, name)),
  );
  if (running.length > 0)
    await step(options, 'servers left over from a killed run', () => stopServers(folders));
}

// Under root PostgreSQL's data lies outside of the clone. Where the rest was deleted with its clone, it would be an old half
// beside a new one, in which the auditor finds everything lost.
async function deleteOrphan(folders: StackFolders, options: StartOptions): Promise<void> {
  const others = [folders.kafka, folders.redis, folders.mongo];
  if (!existsSync(folders.postgres) || others.some((folder) => existsSync(folder))) return;
  await step(options, 'PostgreSQL data of a deleted clone: starting empty', async () => {
    rmSync(folders.postgres, { recursive: true, force: true });
  });
}

/** Ends a stack, also one that runs in another terminal, and returns when all of its processes are gone. */
export async function stopStack(stack: LocalStack): Promise<void> {
  const folders = stackFolders(stack);
  const supervisor = supervisorOf(folders);
  if (supervisor && supervisor.pid !== process.pid) await endProcess(supervisor, 'SIGTERM', 90_000);
  await stopServers(folders);
  releaseStack(folders);
}

const partOf = (name: string): StackPart | undefined =>
  parts.find(({ serverNames }) => serverNames.includes(name));

async function stopServers(folders: StackFolders): Promise<void> {
  const names = pidFileNames(folders).filter((name) => !isSupervisorFile(name));
  const end = async (name: string): Promise<void> => {
    const entry = readPidFile(folders, name);
    const part = partOf(name);
    if (entry) await endProcess(entry, part?.stopSignal ?? 'SIGTERM', part?.stopLimitMs ?? 20_000);
    removePidFile(folders, name);
  };
  // The platform's own processes first: they want to finish their work with the servers.
  await Promise.all(names.filter((name) => !partOf(name)).map(end));
  await Promise.all(names.filter(partOf).map(end));
}

/** Ends all processes of this stack at once, without order: for a second Ctrl-C. PostgreSQL and Kafka recover. */
export function killStack(stack: LocalStack): void {
  const folders = stackFolders(stack);
  for (const name of pidFileNames(folders).filter((file) => !isSupervisorFile(file))) {
    const entry = readPidFile(folders, name);
    // The postmaster needs a moment to end its backends: SIGQUIT is its immediate shutdown.
    if (entry) signalProcess(entry, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
  }
  releaseStack(folders);
}

/** Ends the stack and deletes its data and logs. */
export async function resetStack(stack: LocalStack): Promise<void> {
  await stopStack(stack);
  const folders = stackFolders(stack);
  for (const folder of [folders.postgres, folders.state]) rmSync(folder, { recursive: true, force: true });
}

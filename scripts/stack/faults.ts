import type { LocalStack } from '../../environments/local.ts';
import { stackFolders } from './folders.ts';
import { parts, startPart } from './parts.ts';
import { isAlive, readPidFile, removePidFile, type PidFile } from './pid-files.ts';
import { endProcess, signalProcess } from './process.ts';
import type { StackPart } from './server.ts';
import { StackError, waitFor } from './wait.ts';

const endingSignals: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT'];

/**
 * Sends a signal to a server (postgres, kafka, mongo, redis-0 … redis-5) and, where the signal ends it, returns when it
 * is gone. SIGQUIT is PostgreSQL's immediate shutdown, SIGSTOP and SIGCONT make any of them hang and go on.
 */
export async function killProcess(
  stack: LocalStack,
  name: string,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const entry = runningServer(stack, name);
  signalProcess(entry, signal);
  if (!endingSignals.includes(signal)) return;
  await waitFor(`${name} to end after ${signal}`, () => !isAlive(entry), { timeoutMs: 30_000, everyMs: 10 });
  removePidFile(stackFolders(stack), name);
}

/** Ends a server in order. */
export async function stopServer(stack: LocalStack, name: string): Promise<void> {
  const part = partOf(name);
  await endProcess(runningServer(stack, name), part.stopSignal, part.stopLimitMs);
  removePidFile(stackFolders(stack), name);
}

/** Starts a server that was killed or stopped, and returns when its system works again as a whole. */
export async function startServer(stack: LocalStack, name: string): Promise<void> {
  await startPart({ stack, folders: stackFolders(stack) }, partOf(name), undefined, [name]);
}

/** Ends a server, in order or by a signal, and starts it again. */
export async function restartServer(stack: LocalStack, name: string, signal?: NodeJS.Signals): Promise<void> {
  await (signal ? killProcess(stack, name, signal) : stopServer(stack, name));
  await startServer(stack, name);
}

function partOf(name: string): StackPart {
  const part = parts.find(({ serverNames }) => serverNames.includes(name));
  if (part) return part;
  throw new StackError(
    `there is no server ${name}: ${parts.flatMap(({ serverNames }) => serverNames).join(', ')}`,
  );
}

function runningServer(stack: LocalStack, name: string): PidFile {
  partOf(name);
  const entry = readPidFile(stackFolders(stack), name);
  if (!isAlive(entry)) throw new StackError(`${name} does not run`);
  return entry;
}

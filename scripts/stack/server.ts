import { readFileSync } from 'node:fs';
import type { LocalStack } from '../../environments/local.ts';
import type { StackFolders } from './folders.ts';
import { isAlive, readPidFile } from './pid-files.ts';
import { logFile, type Launch } from './process.ts';
import { StackError, waitFor } from './wait.ts';

export type StackContext = {
  readonly stack: LocalStack;
  readonly folders: StackFolders;
  readonly signal?: AbortSignal | undefined;
};

/** One or several servers that make one system: each kind has its file here. */
export type StackPart = {
  readonly name: 'postgres' | 'kafka' | 'redis' | 'mongo';
  readonly serverNames: readonly string[];
  /** How long a server may take to end in order. */
  readonly stopLimitMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** Makes data folders and configuration. Runs before every launch, so it changes nothing that is there already. */
  prepare(context: StackContext): Promise<void>;
  launch(context: StackContext, serverName: string): Launch | Promise<Launch>;
  /** Returns when clients can work with the system. */
  ready(context: StackContext): Promise<void>;
};

/**
 * Waits for a condition of a server that has been launched; when the server ends meanwhile, throws at once with the
 * end of its log.
 */
export async function waitForServer(
  { folders, signal }: StackContext,
  name: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const entry = readPidFile(folders, name);
  const check = async (): Promise<boolean> => {
    if (await condition()) return true;
    if (isAlive(entry)) return false;
    throw new StackError(`${name} ended while it started. ${logTail(folders, name)}`);
  };
  try {
    await waitFor(`${name} to be ready`, check, { timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof StackError) || error.message.includes('Its log')) throw error;
    throw new StackError(`${error.message}. ${logTail(folders, name)}`, { cause: error });
  }
}

export function readLog(folders: StackFolders, name: string): string {
  try {
    return readFileSync(logFile(folders, name), 'utf8');
  } catch {
    return '';
  }
}

function logTail(folders: StackFolders, name: string): string {
  const lines = readLog(folders, name).trimEnd().split('\n').slice(-8);
  return `Its log (${logFile(folders, name)}) ends with:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

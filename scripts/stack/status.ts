import { existsSync, readdirSync } from 'node:fs';
import type { LocalStack } from '../../environments/local.ts';
import { stackFolders } from './folders.ts';
import { parts } from './parts.ts';
import { memoryMb } from './proc.ts';
import { isAlive, pidFileNames, readPidFile } from './pid-files.ts';
import { logFile } from './process.ts';

export type StatusRow = {
  readonly name: string;
  readonly state: 'running' | 'stopped';
  readonly pid?: number;
  readonly port?: number;
  /** Of the process and its children. */
  readonly rssMb?: number;
  readonly since?: string;
};

/** One row a server, and one for each other process with a pid file in the stack's run folder. */
export function stackStatus(stack: LocalStack): StatusRow[] {
  const folders = stackFolders(stack);
  const servers = parts.flatMap(({ serverNames }) => serverNames);
  const names = [...new Set([...pidFileNames(folders), ...servers])].toSorted();
  return names.map((name) => {
    const entry = readPidFile(folders, name);
    if (!isAlive(entry)) return { name, state: 'stopped' };
    const { pid, port, startedAt } = entry;
    // The servers are the supervisor's children, and have rows of their own.
    const rssMb = memoryMb(pid, { withChildren: name !== 'supervisor' });
    return { name, state: 'running', pid, ...(port ? { port } : {}), rssMb, since: startedAt };
  });
}

/** The log files that there are, by name. */
export function stackLogs(stack: LocalStack): Map<string, string> {
  const folders = stackFolders(stack);
  const files = existsSync(folders.logs)
    ? readdirSync(folders.logs).filter((file) => file.endsWith('.log'))
    : [];
  return new Map(files.toSorted().map((file) => [file.slice(0, -4), logFile(folders, file.slice(0, -4))]));
}

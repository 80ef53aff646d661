import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFolders } from './folders.ts';
import { readProcess } from './proc.ts';

/** One line of the run folder. The start time tells a process from a later one that got the same pid. */
export type PidFile = {
  readonly name: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly startedAt: string;
  readonly port?: number;
};

const pidPath = (folders: StackFolders, name: string): string => join(folders.run, `${name}.json`);

export function writePidFile(folders: StackFolders, name: string, pid: number, port?: number): PidFile {
  const startTicks = readProcess(pid)?.startTicks ?? 0;
  const entry: PidFile = {
    name,
    pid,
    startTicks,
    startedAt: new Date().toISOString(),
    ...(port ? { port } : {}),
  };
  const temporary = `${pidPath(folders, name)}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(entry));
  renameSync(temporary, pidPath(folders, name));
  return entry;
}

/** The pid file of a server, whether it still runs or not. */
export function readPidFile(folders: StackFolders, name: string): PidFile | undefined {
  try {
    return JSON.parse(readFileSync(pidPath(folders, name), 'utf8')) as PidFile;
  } catch {
    return undefined; // none, or cut off by a crash of the machine
  }
}

export function removePidFile(folders: StackFolders, name: string): void {
  rmSync(pidPath(folders, name), { force: true });
}

/** Names of all pid files, the supervisor's included. */
export function pidFileNames(folders: StackFolders): string[] {
  if (!existsSync(folders.run)) return [];
  return readdirSync(folders.run)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -5));
}

/** Whether exactly this process still runs: a reused pid has another start time. */
export function isAlive(entry: PidFile | undefined): entry is PidFile {
  return entry !== undefined && readProcess(entry.pid)?.startTicks === entry.startTicks;
}

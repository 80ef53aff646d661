import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFolders } from './folders.ts';
import { readProcess } from './proc.ts';
import { isAlive, readPidFile, removePidFile, type PidFile } from './pid-files.ts';

const supervisorName = 'supervisor';

/** The process that owns a stack's servers and ends them when it ends; undefined when there is none. */
export function supervisorOf(folders: StackFolders): PidFile | undefined {
  const entry = readPidFile(folders, supervisorName);
  return isAlive(entry) ? entry : undefined;
}

export const isSupervisor = (folders: StackFolders): boolean => supervisorOf(folders)?.pid === process.pid;

/** Makes this process the owner of the stack; false when another one is. Two at the same moment cannot both win. */
export function claimStack(folders: StackFolders): boolean {
  if (isSupervisor(folders)) return true;
  if (supervisorOf(folders)) return false;
  removePidFile(folders, supervisorName);
  mkdirSync(folders.run, { recursive: true });
  const own = join(folders.run, `${supervisorName}.${process.pid}`);
  const startTicks = readProcess(process.pid)?.startTicks ?? 0;
  const entry: PidFile = {
    name: supervisorName,
    pid: process.pid,
    startTicks,
    startedAt: new Date().toISOString(),
  };
  writeFileSync(own, JSON.stringify(entry));
  try {
    linkSync(own, join(folders.run, `${supervisorName}.json`)); // fails when the file is there
    return true;
  } catch {
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

export function releaseStack(folders: StackFolders): void {
  if (isSupervisor(folders)) removePidFile(folders, supervisorName);
}

export const isSupervisorFile = (name: string): boolean => name === supervisorName;

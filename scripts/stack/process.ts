import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFolders } from './folders.ts';
import { isAlive, writePidFile, type PidFile } from './pid-files.ts';
import { StackError, waitFor } from './wait.ts';

/** How a server is launched and ended. */
export type Launch = {
  readonly name: string;
  readonly port: number;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: string;
  /** Asks the server to end in order. */
  readonly stopSignal: NodeJS.Signals;
};

/** How a server ended; `expected` when this process asked for it. */
export type ServerExit = {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly expected: boolean;
};

export type SpawnOptions = {
  /** Ask the kernel to end the server when this process ends, however it does. */
  readonly followParent: boolean;
  readonly onExit?: ((exit: ServerExit) => void) | undefined;
};

// Pids that this process has sent a signal to.
const signalled = new Set<number>();

/**
 * Starts a server in its own process group (a Ctrl-C in the terminal reaches only the supervisor, which then ends its
 * servers in order), with its output in a log file and its pid in a pid file.
 */
export function spawnServer(
  folders: StackFolders,
  launch: Launch,
  { followParent, onExit }: SpawnOptions,
): PidFile {
  mkdirSync(folders.run, { recursive: true });
  const log = openLog(folders, launch.name);
  const [program, ...args] = commandLine(launch, followParent);
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...launch.env },
      ...(launch.cwd ? { cwd: launch.cwd } : {}),
    });
    child.once('error', () => undefined); // no pid then: reported below
    child.once('exit', (code, signal) => {
      const expected = child.pid !== undefined && signalled.delete(child.pid);
      onExit?.({ name: launch.name, code, signal, expected });
    });
    if (child.pid === undefined) throw new StackError(`${launch.name}: ${program} cannot be started`);
    return writePidFile(folders, launch.name, child.pid, launch.port);
  } finally {
    closeSync(log);
  }
}

export function logFile(folders: StackFolders, name: string): string {
  return join(folders.logs, `${name}.log`);
}

// Each start has a log of its own; the one before is kept, since it tells why the server went.
function openLog(folders: StackFolders, name: string): number {
  mkdirSync(folders.logs, { recursive: true });
  const path = logFile(folders, name);
  if (existsSync(path)) renameSync(path, `${path}.1`);
  return openSync(path, 'a');
}

function commandLine({ command, user, stopSignal }: Launch, followParent: boolean): [string, ...string[]] {
  const asUser = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : [];
  const withParent =
    followParent && canFollowParent() ? [`--pdeathsig=${stopSignal.replace('SIG', '')}`] : [];
  const options = [...asUser, ...withParent];
  return options.length > 0 ? ['setpriv', ...options, '--', ...command] : [...command];
}

let setprivKnowsParent: boolean | undefined;
function canFollowParent(): boolean {
  setprivKnowsParent ??= spawnSync('setpriv', ['--pdeathsig=keep', 'true']).status === 0;
  return setprivKnowsParent;
}

/** Ends one process and returns when it is gone: first in order, after `limitMs` by SIGKILL. */
export async function endProcess(entry: PidFile, stopSignal: NodeJS.Signals, limitMs: number): Promise<void> {
  const gone = (): boolean => !isAlive(entry);
  signalProcess(entry, stopSignal);
  try {
    await waitFor(`${entry.name} to end`, gone, { timeoutMs: limitMs, everyMs: 20 });
  } catch {
    signalProcess(entry, 'SIGKILL');
    await waitFor(`${entry.name} (process ${entry.pid}) to end after SIGKILL`, gone, {
      timeoutMs: 10_000,
      everyMs: 20,
    });
  }
}

export function signalProcess(entry: PidFile, signal: NodeJS.Signals): void {
  if (!isAlive(entry)) return;
  signalled.add(entry.pid);
  try {
    process.kill(entry.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { execa } from 'execa';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { LocalStack } from '../../environments/local.ts';
import { runsAsRoot, type StackFolders } from './folders.ts';
import { postgresSettings } from './postgres-settings.ts';
import { commandOf, pidsIn } from './proc.ts';
import { postgresProgram } from './requirements.ts';
import { waitForServer, type StackContext, type StackPart } from './server.ts';
import { StackError, waitFor } from './wait.ts';

const serverUser = runsAsRoot() ? 'postgres' : undefined;

export const postgresPart: StackPart = {
  name: 'postgres',
  serverNames: ['postgres'],
  // SIGTERM would wait for every client to leave; SIGINT ends their sessions and writes a checkpoint.
  stopSignal: 'SIGINT',
  stopLimitMs: 30_000,

  async prepare(context) {
    const data = dataFolder(context.folders);
    if (!existsSync(data)) await initialize(context);
    await clearAfterCrash(data, context.signal);
    writeFileSync(join(data, 'postgresql.conf'), postgresSettings(context.stack, majorVersionOf(data)));
  },

  async launch({ stack, folders }) {
    const data = dataFolder(folders);
    return {
      name: 'postgres',
      port: stack.ports.postgres,
      command: [await postgresProgram('postgres'), '-D', data],
      cwd: data,
      stopSignal: 'SIGINT',
      ...(serverUser ? { user: serverUser } : {}),
    };
  },

  async ready(context) {
    const database = context.stack.postgres.superuser;
    // After a crash it first replays up to max_wal_size of log.
    await waitForServer(context, 'postgres', () => canQuery(context.stack, database), 120_000);
    await createRoleAndDatabase(context.stack);
  },
};

const dataFolder = (folders: StackFolders): string => join(folders.postgres, 'data');

function majorVersionOf(data: string): number {
  return Number(readFileSync(join(data, 'PG_VERSION'), 'utf8').trim());
}

async function initialize({ stack, folders, signal }: StackContext): Promise<void> {
  ownFolder(folders.postgres);
  const [fresh, passwords] = [join(folders.postgres, 'data.new'), join(folders.postgres, 'password')];
  rmSync(fresh, { recursive: true, force: true }); // of an initdb that was cut off
  writeFileSync(passwords, stack.postgres.superuserPassword, { mode: 0o644 });
  const command = [await postgresProgram('initdb'), '-D', fresh, '--no-sync', '-U', stack.postgres.superuser];
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--pwfile=${passwords}`];
  const asUser = serverUser
    ? ['setpriv', `--reuid=${serverUser}`, `--regid=${serverUser}`, '--init-groups', '--']
    : [];
  const [program = '', ...args] = [...asUser, ...command, ...options];
  await execa(program, args, { cwd: folders.postgres, ...(signal ? { cancelSignal: signal } : {}) });
  rmSync(passwords);
  renameSync(fresh, dataFolder(folders));
}

// /var/tmp is everybody's: whoever made a folder of this name beforehand could read and change what is in it.
function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!serverUser) return;
  const { uid, gid } = serverIds(serverUser);
  const found = lstatSync(folder);
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== 0)) {
    throw new StackError(`${folder} belongs to another user: remove it`);
  }
  chownSync(folder, uid, gid);
}

function serverIds(user: string): { uid: number; gid: number } {
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  if (!fields) throw new StackError(`there is no user ${user}, which PostgreSQL runs as under root`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * After a `kill -9` of the postmaster its backends may still hold the shared memory, and its lock file may name a pid
 * that another process has by now: PostgreSQL refuses to start for either.
 */
async function clearAfterCrash(data: string, signal?: AbortSignal): Promise<void> {
  // A person's shell may stand in the folder too.
  const leftOver = (): number[] => pidsIn(data).filter((pid) => /^(\S*\/)?postgres\b/.test(commandOf(pid)));
  const areGone = (): boolean => leftOver().length === 0;
  for (const pid of leftOver()) killIfThere(pid, 'SIGQUIT');
  try {
    await waitFor('the left-over PostgreSQL backends to end', areGone, { timeoutMs: 5000, signal });
  } catch {
    signal?.throwIfAborted();
    for (const pid of leftOver()) killIfThere(pid, 'SIGKILL');
    await waitFor('the left-over PostgreSQL backends to end after SIGKILL', areGone, {
      timeoutMs: 5000,
      signal,
    });
  }
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ended meanwhile
  }
}

function superuserClient({ ports, host, postgres }: LocalStack, database: string): Client {
  const { superuser: user, superuserPassword: password } = postgres;
  return new Client({ host, port: ports.postgres, user, password, database, connectionTimeoutMillis: 5000 });
}

async function canQuery(stack: LocalStack, database: string): Promise<boolean> {
  const client = superuserClient(stack, database);
  client.on('error', () => undefined); // the query itself fails too
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false; // not listening yet, or still replaying its log
  } finally {
    await client.end().catch(() => undefined);
  }
}

// The platform's role owns its database and may create others (tests do), but it is no superuser: rights that would
// be missing in production are missing here too.
async function createRoleAndDatabase(stack: LocalStack): Promise<void> {
  const { superuser, user, password, database } = stack.postgres;
  const client = superuserClient(stack, superuser);
  await client.connect();
  try {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [user]);
    if (role.rowCount === 0) {
      await client.query(`create role "${user}" login createdb in role pg_monitor password '${password}'`);
    }
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database "${database}" owner "${user}"`);
  } finally {
    await client.end();
  }
}

import { execa } from 'execa';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runsAsRoot } from './folders.ts';
import { StackError } from './wait.ts';

/** The path of a program on PATH. */
export function findProgram(
  name: string,
  folders = (process.env['PATH'] ?? '').split(delimiter),
): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `initdb` or `postgres`: Debian keeps them off the PATH, a folder a version; the newest is taken. */
export async function postgresProgram(name: 'initdb' | 'postgres'): Promise<string> {
  const path = findPostgresProgram(name);
  if (!path) throw new StackError(`${name} of PostgreSQL is missing`);
  return path;
}

function findPostgresProgram(name: string): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  return (
    findProgram(
      name,
      versions.map((version) => join(debian, version, 'bin')),
    ) ?? findProgram(name)
  );
}

type Requirement = {
  readonly name: string;
  readonly debianPackages: readonly string[];
  readonly isMet: () => Promise<boolean>;
};

const requirements: readonly Requirement[] = [
  {
    name: 'PostgreSQL (initdb, postgres)',
    debianPackages: ['postgresql'],
    isMet: async () =>
      findPostgresProgram('initdb') !== undefined && findPostgresProgram('postgres') !== undefined,
  },
  {
    name: 'redis-server and redis-cli',
    debianPackages: ['redis-server', 'redis-tools'],
    isMet: async () => findProgram('redis-server') !== undefined && findProgram('redis-cli') !== undefined,
  },
  {
    name: 'Java 17 or later',
    debianPackages: ['default-jre-headless'],
    isMet: async () => (await javaVersion()) >= 17,
  },
  { name: 'Maven (mvn)', debianPackages: ['maven'], isMet: async () => findProgram('mvn') !== undefined },
  { name: 'Python 3 with venv', debianPackages: ['python3', 'python3-venv'], isMet: hasMongoOrVenv },
  {
    name: 'setpriv',
    debianPackages: ['util-linux'],
    isMet: async () => !runsAsRoot() || findProgram('setpriv') !== undefined,
  },
];

async function javaVersion(): Promise<number> {
  if (!findProgram('java')) return 0;
  const { stderr } = await execa('java', ['-version'], { reject: false });
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

// Python is only needed for the server that stands in for mongod.
async function hasMongoOrVenv(): Promise<boolean> {
  if (findProgram('mongod')) return true;
  if (!findProgram('python3')) return false;
  return (await execa('python3', ['-c', 'import venv, ensurepip'], { reject: false })).exitCode === 0;
}

/**
 * Finds what the servers need. On Debian as root it installs what is missing, else it throws a StackError with the
 * exact line to run.
 */
export async function ensureRequirements(
  report: (note: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (process.platform !== 'linux') {
    throw new StackError(
      'the local stack needs Linux: on Windows use WSL 2, on a Mac a Linux virtual machine',
    );
  }
  const missing = await findMissing();
  // Ctrl-C ends the programs that are asked for their versions, too: they are not missing for that.
  signal?.throwIfAborted();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap(({ debianPackages }) => debianPackages))];
  const names = missing.map(({ name }) => name).join(', ');
  if (!findProgram('apt-get')) {
    throw new StackError(
      `missing: ${names}\nInstall them with your system's package manager (on Debian: ${packages.join(' ')})`,
    );
  }
  if (!runsAsRoot()) {
    throw new StackError(
      `missing: ${names}\nRun: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`,
    );
  }
  report(`apt-get install ${packages.join(' ')}`);
  await install(packages, signal);
  const still = await findMissing();
  if (still.length > 0)
    throw new StackError(`still missing after apt-get install: ${still.map(({ name }) => name).join(', ')}`);
}

async function findMissing(): Promise<Requirement[]> {
  const met = await Promise.all(requirements.map(({ isMet }) => isMet()));
  return requirements.filter((_, index) => !met[index]);
}

async function install(packages: readonly string[], signal?: AbortSignal): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = {
    env,
    stdin: 'ignore' as const,
    all: true as const,
    ...(signal ? { cancelSignal: signal } : {}),
  };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const result = await execa('apt-get', args, { ...options, reject: false });
    signal?.throwIfAborted();
    if (result.failed) {
      throw new StackError(
        `apt-get ${args.join(' ')} failed:\n${result.all.split('\n').slice(-10).join('\n')}`,
      );
    }
  }
}

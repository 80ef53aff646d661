import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LocalStack } from '../../environments/local.ts';

const repository = resolve(import.meta.dirname, '../..');

/** Absolute folders of one stack. */
export type StackFolders = {
  readonly state: string;
  /** Pid files. */
  readonly run: string;
  readonly logs: string;
  readonly kafka: string;
  readonly redis: string;
  readonly mongo: string;
  /** Holds the data folder `data`; belongs to the user that PostgreSQL runs as. */
  readonly postgres: string;
};

export const runsAsRoot = (): boolean => process.getuid?.() === 0;

export function stackFolders(stack: LocalStack): StackFolders {
  const state = join(repository, stack.folders.state);
  const hash = createHash('sha256').update(repository).digest('hex').slice(0, 10);
  const label = stack.folders.state.split('/').at(-1);
  return {
    state,
    run: join(state, 'run'),
    logs: join(state, 'logs'),
    kafka: join(state, 'kafka'),
    redis: join(state, 'redis'),
    mongo: join(state, 'mongo'),
    postgres: runsAsRoot()
      ? `${stack.folders.postgresOfRootPrefix}${hash}-${label}`
      : join(state, 'postgres'),
  };
}

/** What is downloaded once and serves all stacks and clones: MERIDIAN_CACHE, or ~/.cache/meridian. */
export const cacheFolder = (): string =>
  process.env['MERIDIAN_CACHE'] || join(homedir(), '.cache', 'meridian');

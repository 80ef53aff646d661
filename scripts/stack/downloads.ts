import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './folders.ts';
import { readProcess } from './proc.ts';
import { findProgram } from './requirements.ts';
import { StackError } from './wait.ts';

const kafkaPom = join(import.meta.dirname, 'kafka-pom.xml');
const secantus = 'SecantusDB==0.7.0b3';

/** Kafka's jars. The folder's name follows the list of jars, so that a changed list is downloaded anew. */
export const kafkaJars = (): string =>
  join(
    cacheFolder(),
    `kafka-${createHash('sha256').update(readFileSync(kafkaPom)).digest('hex').slice(0, 10)}`,
    'jars',
  );

/** The Python that has SecantusDB. Its scripts name the folder they were installed in; this does not. */
export const secantusPython = (): string =>
  join(cacheFolder(), secantus.replace('==', '-').toLowerCase(), 'bin', 'python');

export type Download = { readonly name: string; run(signal?: AbortSignal): Promise<void> };

/** What a part of the stack lacks besides the system's packages; undefined when it is in the cache already. */
export function missingDownload(part: string): Download | undefined {
  if (part === 'kafka' && !existsSync(kafkaJars())) return { name: 'Kafka (Maven)', run: downloadKafka };
  // existsSync follows the link, so an environment whose Python was removed counts as missing.
  const isMissing = part === 'mongo' && !findProgram('mongod') && !existsSync(secantusPython());
  return isMissing ? { name: 'SecantusDB (PyPI)', run: downloadSecantus } : undefined;
}

const downloadKafka = (signal?: AbortSignal): Promise<void> =>
  makeWhole(dirname(kafkaJars()), kafkaJars(), signal, async (folder, run) => {
    const options = [`-DoutputDirectory=${join(folder, 'jars')}`, '-DincludeScope=runtime'];
    await run('mvn', ['-q', '-B', '-f', kafkaPom, 'dependency:copy-dependencies', ...options]);
  });

const downloadSecantus = (signal?: AbortSignal): Promise<void> =>
  makeWhole(dirname(dirname(secantusPython())), secantusPython(), signal, async (folder, run) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      secantus,
    ]);
  });

type Run = (program: string, args: readonly string[]) => Promise<void>;

// A download that is cut off leaves only a folder of another name, which the next one removes.
async function makeWhole(
  target: string,
  proof: string,
  signal: AbortSignal | undefined,
  make: (folder: string, run: Run) => Promise<void>,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  removeCutOff(target);
  const fresh = `${target}.new-${process.pid}`;
  const options = {
    reject: false,
    all: true,
    stdin: 'ignore',
    ...(signal ? { cancelSignal: signal } : {}),
  } as const;
  try {
    await make(fresh, async (program, args) => {
      const result = await execa(program, args, options);
      signal?.throwIfAborted();
      if (result.failed) {
        throw new StackError(
          `${program} ${args.join(' ')} failed:\n${result.all.split('\n').slice(-10).join('\n')}`,
        );
      }
    });
    if (existsSync(proof)) return; // another clone was faster
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function removeCutOff(target: string): void {
  const prefix = `${basename(target)}.new-`;
  for (const entry of readdirSync(dirname(target)).filter((name) => name.startsWith(prefix))) {
    if (readProcess(Number(entry.slice(prefix.length))) === undefined) {
      rmSync(join(dirname(target), entry), { recursive: true, force: true });
    }
  }
}

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { z } from 'zod';
import { placeIn } from '../../../platform/source-fault.ts';
import { Refusal } from '../../refusal.ts';
import { inCheckout } from '../checkout.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { fileAt, shortOf, type Repository } from '../repository.ts';

/** A module of a revision, and the program of ours that loads it and prints JSON. */
export type Question<Answer extends z.ZodType> = {
  readonly module: string;
  readonly program: URL;
  readonly answer: Answer;
};

/**
 * Asks a revision's own sources, in a copy of them and a process of its own, with the packages installed here.
 * @throws Refusal when they cannot be loaded.
 */
export async function askSources<Answer extends z.ZodType>(
  repository: Repository,
  revision: string,
  { module, program, answer }: Question<Answer>,
): Promise<z.output<Answer>> {
  if ((await fileAt(repository, revision, module)) === undefined)
    throw new Refusal(`${module} is not in revision ${shortOf(revision)}`);
  // By the rules of imports such a module needs nothing of ours outside its folder.
  const paths = module.split('/').slice(0, 1);
  const work = async ({ folder }: Repository): Promise<z.output<Answer>> => {
    await symlink(join(repository.folder, 'node_modules'), join(folder, 'node_modules'));
    const { stdout, stderr, failed } = await execa(
      process.execPath,
      [fileURLToPath(program), join(folder, module)],
      { reject: false, env: { NODE_OPTIONS: '' }, cancelSignal: interruption },
    );
    if (!failed) return answer.parse(JSON.parse(stdout));
    if (interruption.aborted) throw new Interrupted(`while ${module} was read`);
    const reason = stderr.split('\n').find((line) => /^\w*Error/.test(line)) ?? 'it did not load';
    // A rule that is broken is told by what checks it: only of an error of syntax is the place where the fault is.
    const syntax = /^SyntaxError(?: \[\w+\])?: (?<told>.*)/.exec(reason)?.groups?.['told'];
    const place = syntax === undefined ? undefined : placeIn(stderr, folder);
    const where = `${place ?? module} of ${shortOf(revision)}`;
    throw new Refusal(`${where}: ${(place && syntax) ?? reason.replaceAll(`${folder}/`, '')}`);
  };
  return inCheckout(repository, revision, work, paths);
}

import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { fileAt, type Repository } from '../repository.ts';
import { parseYamlFile } from '../yaml-file.ts';
import type { Candidate, Gate } from './gate.ts';

const freezePath = 'environments/freeze.yaml';
const freezes = z.array(
  z
    .strictObject({
      environments: z.array(z.string()).nonempty(),
      start: z.iso.datetime({ offset: true }),
      end: z.iso.datetime({ offset: true }),
      reason: z.string().min(1),
    })
    .refine(({ start, end }) => Date.parse(start) < Date.parse(end), 'the end must come after the start'),
);

export type Freeze = z.infer<typeof freezes>[number];

/**
 * The freeze calendar at a commit; none where there is no file.
 * @param known the environments that it may name
 * @throws Refusal naming the entry that is wrong.
 */
export async function freezesAt(
  repository: Repository,
  commit: string,
  known: readonly string[],
): Promise<readonly Freeze[]> {
  const text = await fileAt(repository, commit, freezePath);
  const read = text === undefined ? [] : parseYamlFile(freezes, text, freezePath);
  for (const [index, { environments }] of read.entries()) {
    const unknown = environments.find((name) => !known.includes(name));
    // A misspelt name would freeze nothing.
    if (unknown !== undefined)
      throw new Refusal(`${freezePath}: ${index}.environments: ${unknown} must be of ${known.join(', ')}`);
  }
  return read;
}

/** The freeze calendar of main, not of the revision: a freeze holds for older releases too. */
export async function isNotFrozen(candidate: Candidate): Promise<Gate> {
  const { repository, main, environment, environments: known, now } = candidate;
  const name = 'no freeze';
  const freeze = (await freezesAt(repository, main, known)).find(
    ({ environments, start, end }) =>
      environments.includes(environment.name) && now >= new Date(start) && now < new Date(end),
  );
  return freeze === undefined
    ? { name, passed: true, reason: `${freezePath} has none now` }
    : { name, passed: false, reason: `frozen until ${freeze.end}: ${freeze.reason}` };
}

import { z } from 'zod';
import { environments as known } from '../../../environments/index.ts';
import { fileAt, type Repository } from '../repository.ts';
import { parseYamlFile } from '../yaml-file.ts';
import type { Candidate, Gate } from './gate.ts';

const freezePath = 'environments/freeze.yaml';
const names = known.map(({ name }) => name);
const freezes = z.array(
  z
    .strictObject({
      environments: z
        .array(z.string().refine((name) => names.includes(name), `must be of ${names.join(', ')}`))
        .nonempty(),
      start: z.iso.datetime({ offset: true }),
      end: z.iso.datetime({ offset: true }),
      reason: z.string().min(1),
    })
    .refine(({ start, end }) => Date.parse(start) < Date.parse(end), 'the end must come after the start'),
);

export type Freeze = z.infer<typeof freezes>[number];

/** The freeze calendar at a commit; none where there is no file. @throws Refusal naming the entry that is wrong. */
export async function freezesAt(repository: Repository, commit: string): Promise<readonly Freeze[]> {
  const text = await fileAt(repository, commit, freezePath);
  return text === undefined ? [] : parseYamlFile(freezes, text, freezePath);
}

/** The freeze calendar of main, not of the revision: a freeze holds for older releases too. */
export async function isNotFrozen({ repository, main, environment, now }: Candidate): Promise<Gate> {
  const name = 'no freeze';
  const freeze = (await freezesAt(repository, main)).find(
    ({ environments, start, end }) =>
      environments.includes(environment.name) && now >= new Date(start) && now < new Date(end),
  );
  return freeze === undefined
    ? { name, passed: true, reason: `${freezePath} has none now` }
    : { name, passed: false, reason: `frozen until ${freeze.end}: ${freeze.reason}` };
}

import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { fileAt, shortOf, type Repository } from '../repository.ts';
import type { Candidate, Gate } from './gate.ts';

const neededPath = 'adapters/postgres/needed-migration.json';
const needed = z.strictObject({ name: z.string().regex(/^[\w-]+$/) });

/**
 * The database that another region keeps has what the programs of the revision cannot do without: it is migrated when its
 * own region moves, which comes later. Regions that move together wait for each other.
 */
export async function schemaIsKept(candidate: Candidate): Promise<Gate> {
  const { repository, environment, regions, revision, pins } = candidate;
  const name = 'schema';
  const guests = regions.flatMap((region) => {
    const keeper = environment.keepers[region];
    return keeper === undefined || regions.includes(keeper) ? [] : [{ region, keeper }];
  });
  if (guests.length === 0)
    return { name, passed: true, reason: 'no region of the wave uses a database that is left behind' };
  const migration = await neededAt(repository, revision);
  for (const { region, keeper } of guests) {
    const pin = pins.get(keeper);
    if (pin === undefined) {
      const reason = `${keeper}, whose database ${region} uses, runs nothing yet: begin with --wave all`;
      return { name, passed: false, reason };
    }
    const path = `adapters/postgres/migrations/${migration}.sql`;
    if (migration !== undefined && (await fileAt(repository, pin.revision, path)) === undefined) {
      const reason = `${keeper}, whose database ${region} uses, runs ${shortOf(pin.revision)} without ${migration}: first promote a release that brings it and does not need it`;
      return { name, passed: false, reason };
    }
  }
  const reason = `has ${migration ?? 'whatever there is'} where ${guests.map(({ keeper }) => keeper).join(', ')} keeps it`;
  return { name, passed: true, reason };
}

/** The migration that a revision's programs need; undefined for one that does not say. @throws Refusal */
async function neededAt(repository: Repository, revision: string): Promise<string | undefined> {
  const text = await fileAt(repository, revision, neededPath);
  if (text === undefined) return undefined;
  try {
    return needed.parse(JSON.parse(text)).name;
  } catch (cause) {
    throw new Refusal(`${neededPath} of ${shortOf(revision)} does not name a migration`, { cause });
  }
}

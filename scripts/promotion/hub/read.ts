import { readFile } from 'node:fs/promises';
import { Refusal } from '../../refusal.ts';
import { parseApplication, type Application } from './application.ts';
import { getCommand, runKubectl, shellOf, type Hub } from './kubectl.ts';

/** Where Applications are read: saved files, or the hub. */
export type ApplicationSource = { readonly files: readonly string[] } | { readonly hub: Hub };

/** An Application and where it was read. */
export type ReadApplication = { readonly application: Application; readonly place: string };

/**
 * The Application of a region. Of several files, the one whose Application it is. @throws Refusal when there is none, or
 * the hub does not answer.
 */
export async function readApplication(
  source: ApplicationSource,
  environment: string,
  region: string,
): Promise<ReadApplication> {
  if ('hub' in source) {
    const command = getCommand(source.hub, environment, region);
    const text = await runKubectl(command);
    if (text === undefined) {
      throw new Refusal(
        `there is no kubectl here: save what "${shellOf(command)}" prints and give --application-json`,
      );
    }
    const place = shellOf(command);
    return { application: parseApplication(text, place, environment, region), place };
  }
  const refusals: Refusal[] = [];
  for (const place of source.files) {
    const text = await readFile(place, 'utf8').catch((cause: unknown) => {
      throw new Refusal(`${place}: cannot be read`, { cause });
    });
    try {
      return { application: parseApplication(text, place, environment, region), place };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
    }
  }
  throw refusals[0] ?? new Refusal(`no file holds the Application of ${environment}/${region}`);
}

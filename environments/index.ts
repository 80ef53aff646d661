import { dev } from './dev.ts';
import { production } from './production.ts';
import type { Environment } from './schema.ts';
import { staging } from './staging.ts';

/** Every environment that is rendered. */
export const environments: readonly Environment[] = [dev, staging, production];

/** @throws RangeError naming those that there are. */
export function environmentNamed(name: string): Environment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment) return environment;
  const known = environments.map((candidate) => candidate.name).join(', ');
  throw new RangeError(`there is no environment ${JSON.stringify(name)}: ${known}`);
}

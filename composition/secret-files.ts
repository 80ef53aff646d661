import { readFileSync } from 'node:fs';
import { ConfigError } from '../platform/errors.ts';
import type { ConfigurationValues } from './configuration.ts';

type FileVariable = Extract<keyof ConfigurationValues, `${string}_FILE`>;

/**
 * The contents of the files that these variables name.
 * @throws ConfigError with a line for each that cannot be read; it quotes neither path nor content.
 */
export function readFiles<Name extends FileVariable>(
  values: Partial<ConfigurationValues>,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const unreadable: Name[] = [];
  const contents = names.map((name) => {
    try {
      return [name, readFileSync(values[name] ?? '', 'utf8')];
    } catch {
      unreadable.push(name);
      return [name, ''];
    }
  });
  if (unreadable.length > 0)
    throw configurationProblem(unreadable, (name) => `${name} names a file that cannot be read`);
  return Object.fromEntries(contents) as Record<Name, string>;
}

/** What is wrong with these variables, a line each. */
export function configurationProblem<Name extends string>(
  names: readonly Name[],
  rule: (name: Name) => string,
): ConfigError {
  return new ConfigError('configuration-invalid', names.map(rule).join('\n'), {
    details: { variables: [...names] },
  });
}

import { isList, isObject, type Json } from '../../rendered/fields.ts';
import type { FleetObject } from '../object.ts';
import type { FieldChange } from './field-changes.ts';

/**
 * A change without values that have no place in a comment, even where they should never have been committed: those of a
 * Secret, and in the configuration of the Worker at the edge what its name or its form says is one.
 */
export function hidden({ group, kind }: FleetObject, field: FieldChange): FieldChange {
  const { path, before, after } = field;
  if (kind === 'Secret' && group === '')
    return /^(data|stringData)\b/.test(path) ? withoutValues(field) : field;
  if (kind !== 'Worker' || group !== 'workers') return field;
  if (path.split(/[.[\]"]+/).some(isSecretName)) return withoutValues(field);
  return {
    path,
    ...(before === undefined ? {} : { before: cleaned(before) }),
    ...(after === undefined ? {} : { after: cleaned(after) }),
  };
}

function withoutValues({ path, before, after }: FieldChange): FieldChange {
  return {
    path,
    ...(before === undefined ? {} : { before: '(not shown)' }),
    ...(after === undefined ? {} : { after: '(not shown, differs)' }),
  };
}

function isSecretName(name: string): boolean {
  return /secret|token|passw|credential|private|signing|api_?key|_key$|^key$/i.test(name);
}

/** What came or went as a whole may have a secret inside, and an address one before its host. */
function cleaned(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll(/\/\/[^/@\s]*@/g, '//(not shown)@');
  if (isList(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]): [string, Json] => [
    name,
    isSecretName(name) ? '(not shown)' : cleaned(inner),
  ]);
  return Object.fromEntries(entries);
}

import type { ErrorObject } from 'ajv';
import { isObject, joinPath } from '../../rendered/fields.ts';

export type SchemaProblem = { readonly path: string; readonly rule: string; readonly message: string };

/** Ajv's errors in the words of Kubernetes, each with the path of its field. Values are not repeated: they may be secret. */
export function explain(errors: readonly ErrorObject[], root: unknown): readonly SchemaProblem[] {
  const problems = errors
    .filter((error) => !isInsideAlternative(error))
    .map((error) => explainOne(error, root));
  return [...new Map(problems.map((problem) => [`${problem.path} ${problem.rule}`, problem])).values()];
}

// Each alternative that does not fit has errors of its own; what counts is that none fits.
const isInsideAlternative = ({ schemaPath }: ErrorObject): boolean =>
  /(?<!\/properties)\/((any|one)Of\/\d+|not)\//.test(schemaPath);

function explainOne(error: ErrorObject, root: unknown): SchemaProblem {
  const path = pathOf(error.instancePath, root);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const field = String(params['additionalProperty']);
      return { path: joinPath(path, field), rule: 'unknown-field', message: 'there is no such field' };
    }
    case 'required': {
      const field = String(params['missingProperty']);
      return { path: joinPath(path, field), rule: 'missing-field', message: 'is required' };
    }
    case 'type': {
      const wanted = [params['type']].flat().join(' or ');
      return { path, rule: 'wrong-type', message: `must be ${wanted}, is ${typeOf(error.data)}` };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      const shown = allowed.length > 12 ? [...allowed.slice(0, 12), '…'] : allowed;
      return { path, rule: 'not-in-enum', message: `must be one of ${shown.join(', ')}` };
    }
    case 'pattern':
      return { path, rule: 'pattern', message: `must match ${String(params['pattern'])}` };
    case 'format':
      return { path, rule: 'format', message: `must be a well-formed ${String(params['format'])}` };
    case 'uniqueBy': {
      const keys = (error.schema as readonly { readonly key: string }[]).map(({ key }) => key).join(', ');
      return { path, rule: 'duplicate-entry', message: `has two entries with the same ${keys}` };
    }
    case 'anyOf':
    case 'oneOf':
    case 'not':
      return { path, rule: 'no-alternative', message: alternativesOf(error) };
    default:
      return { path, rule: 'value', message: error.message ?? error.keyword };
  }
}

function alternativesOf({ keyword, schema }: ErrorObject): string {
  const needs = (Array.isArray(schema) ? schema : []).flatMap((alternative: unknown) => {
    const required = isObject(alternative) ? alternative['required'] : undefined;
    return Array.isArray(required) ? [required.join(' and ')] : [];
  });
  if (keyword === 'not') return 'is excluded by the schema';
  const rule =
    keyword === 'oneOf' ? 'must fit exactly one of its alternatives' : 'fits none of its alternatives';
  return needs.length > 0 ? `${rule}: ${needs.join('; or ')}` : rule;
}

function pathOf(pointer: string, root: unknown): string {
  let value = root;
  let path = '';
  for (const escaped of pointer.split('/').slice(1)) {
    const segment = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    const isIndex = Array.isArray(value);
    path = isIndex ? `${path}[${segment}]` : joinPath(path, segment);
    value = (value as Readonly<Record<string, unknown>>)[segment];
  }
  return path;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

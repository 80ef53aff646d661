import type { z } from 'zod';
import type { FieldError } from '../../contracts/http/problem.ts';
import { invalid, type Answer } from './answer.ts';

const maxErrors = 20;

export type Validated<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Answer };

/** Checks a part of a request; the refusal (422) names the fields, never their values. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  part: FieldError['in'],
): Validated<z.output<Schema>> {
  const parsed = schema.safeParse(input);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, refusal: invalid('request-invalid', fieldErrors(parsed.error.issues, part)) };
}

function fieldErrors(issues: readonly z.core.$ZodIssue[], part: FieldError['in']): FieldError[] {
  return issues
    .slice(0, maxErrors)
    .flatMap((issue): FieldError[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            in: part,
            field: fieldName([...issue.path, key]),
            message: 'is not known',
          }))
        : [{ in: part, field: fieldName(issue.path), message: issue.message }],
    )
    .slice(0, maxErrors);
}

/** `lines[0].sku`; the body itself is `body`. */
function fieldName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path)
    name += typeof step === 'number' ? `[${step}]` : name === '' ? String(step) : `.${String(step)}`;
  return name.slice(0, 100) || 'body';
}

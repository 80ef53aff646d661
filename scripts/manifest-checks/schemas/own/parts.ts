import type { Schema } from '../schema.ts';

type Fields = Readonly<Record<string, Schema>>;

/** A schema written here, of a kind at a version. */
export type OwnKind = { readonly schema: Schema; readonly isNamespaced: boolean };

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
/** As `integer`, and at least one. */
export const count: Schema = { type: 'integer', minimum: 1 };
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const texts: Schema = { type: 'object', additionalProperties: text };

/** Exactly these fields; those in `required` must be there. */
export const object = (required: Fields, optional: Fields = {}): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  ...(Object.keys(required).length === 0 ? {} : { required: Object.keys(required) }),
});

/** To another object of Crossplane's, by which it fills in an id. */
export const reference = object({ name: text });

export const ofCluster = (spec: Schema): OwnKind => ({ schema: object({ spec }), isNamespaced: false });
export const ofNamespace = (spec: Schema): OwnKind => ({ schema: object({ spec }), isNamespaced: true });

/**
 * What Crossplane keeps in AWS. `required` has what the definition requires, by its list or by a CEL rule, and references that
 * stand for an argument that AWS requires: it allows the id or a selector in their place, which we do not use.
 */
export function managed(required: Fields, optional: Fields = {}): OwnKind {
  return ofCluster(
    object(
      { forProvider: object(required, optional) },
      {
        deletionPolicy: oneOf('Orphan', 'Delete'),
        managementPolicies: listOf(oneOf('Observe', 'Create', 'Update', 'Delete', 'LateInitialize', '*')),
      },
    ),
  );
}

import { isObject } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { kindKey } from './built-in-kinds.ts';
import type { Catalogue } from './catalogue.ts';
import { explain } from './explain.ts';
import { celRulesFor, withDefaults } from './structural-walk.ts';

export type SchemaCheck = {
  readonly findings: readonly Finding[];
  readonly checked: number;
  /** Those of them that were checked with a schema of `own/`, by kind. */
  readonly own: readonly { readonly kind: string; readonly objects: number }[];
  /** Objects by the reason for which there was nothing to check them with. */
  readonly unchecked: readonly { readonly reason: string; readonly objects: number }[];
  /** CEL rules that only an API server evaluates, counted at each place where they apply. */
  readonly cel: { readonly rules: number; readonly objects: number };
};

/** Validates each object against the schema of its kind. */
export function checkSchemas(manifests: readonly Manifest[], catalogue: Catalogue): SchemaCheck {
  const findings: Finding[] = [];
  const unchecked = new Map<string, number>();
  const own = new Map<string, number>();
  const cel = { rules: 0, objects: 0 };
  let checked = 0;
  for (const manifest of manifests) {
    const { object } = manifest;
    const schema = catalogue.find(object.apiVersion, object.kind);
    if (schema.status === 'unknown') {
      countIn(unchecked, schema.reason);
      continue;
    }
    checked += 1;
    if (schema.status === 'refused') {
      findings.push(findingAt(manifest, 'apiVersion', 'unknown-kind', schema.reason));
      continue;
    }
    const { structure, validate, isOwn } = schema;
    if (isOwn) countIn(own, kindKey(object.apiVersion, object.kind));
    if (!validate(structure ? withDefaults(structure, object) : object)) {
      for (const { path, rule, message } of explain(validate.errors ?? [], object))
        findings.push(findingAt(manifest, path, rule, message));
    }
    findings.push(...placeOf(manifest, schema.isNamespaced));
    const rules = structure ? celRulesFor(structure, object) : 0;
    cel.rules += rules;
    cel.objects += rules > 0 ? 1 : 0;
  }
  const reasons = [...unchecked].map(([reason, objects]) => ({ reason, objects }));
  const kinds = [...own].map(([kind, objects]) => ({ kind, objects }));
  return { findings, checked, own: kinds, unchecked: reasons, cel };
}

function countIn(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function placeOf(manifest: Manifest, isNamespaced: boolean): Finding[] {
  const { metadata, kind } = manifest.object;
  const hasNamespace = isObject(metadata) && metadata['namespace'] !== undefined;
  if (hasNamespace === isNamespaced) return [];
  return [
    isNamespaced
      ? findingAt(manifest, 'metadata.namespace', 'missing-field', `a ${kind} lives in a namespace`)
      : findingAt(manifest, 'metadata.namespace', 'unknown-field', `a ${kind} lives in no namespace`),
  ];
}

import type { Environment } from '../../../environments/schema.ts';
import { checkDrift } from '../drift/index.ts';
import type { KubernetesObject, Manifest } from '../manifest.ts';
import { createScope } from '../scope.ts';
import { textOf } from './region.ts';

/** What drifts in a region after a change of what is rendered for it. */
export function driftOf(
  rendered: readonly Manifest[],
  environment: Environment,
  change: (objects: KubernetesObject[]) => unknown,
): readonly string[] {
  const objects = structuredClone(rendered.map(({ object }) => object));
  change(objects);
  const manifests = objects.map((object) => ({ ...rendered[0]!, object }));
  return checkDrift(createScope(manifests, true), environment).map(textOf);
}

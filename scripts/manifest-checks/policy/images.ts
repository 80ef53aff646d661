import { textAt, visitValues } from '../../rendered/fields.ts';
import { findingAt, type Finding } from '../manifest.ts';
import { containersOf, podsOf } from '../pods.ts';
import type { Scope } from '../scope.ts';

/** An image without a tag, or `latest`, is another one tomorrow. Custom resources name images too. */
export function checkImageTags({ manifests }: Scope): readonly Finding[] {
  return manifests.flatMap((manifest) => {
    const findings: Finding[] = [];
    visitValues(manifest.object, (value, path, field) => {
      if (typeof value !== 'string' || !/^image$|Image$/.test(field) || value === '') return;
      const problem = tagProblem(value);
      if (problem !== undefined) findings.push(findingAt(manifest, path, 'image-tag', problem));
    });
    return findings;
  });
}

function tagProblem(image: string): string | undefined {
  if (/\s|:$|^:/.test(image)) return 'is no image name';
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
  // A colon before the last slash is the port of a registry.
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined) return 'has no tag';
  return tag === 'latest' ? 'has the tag latest' : undefined;
}

/** Where an environment requires digests, what runs is exactly what was built and signed. */
export function checkImageDigests(scope: Scope): readonly Finding[] {
  if (!scope.requireDigest) return [];
  return podsOf(scope)
    .flatMap(containersOf)
    .filter(({ fields }) => !/@sha256:[0-9a-f]{64}$/.test(textAt(fields, 'image') ?? ''))
    .map(({ pod, path }) =>
      findingAt(
        pod.manifest,
        `${path}.image`,
        'image-digest',
        'must name a digest here (images.requireDigest)',
      ),
    );
}

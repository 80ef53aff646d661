import { isObject, mapAt, shown, textAt, textsAt, visitValues } from '../../../rendered/fields.ts';
import { findingAt, groupKindOf, type Finding, type Manifest } from '../../manifest.ts';
import type { Scope } from '../../scope.ts';

const ownPrefix = 'meridian.example/';

/** Labels of ours by which pods choose nodes are those that a NodePool gives to its nodes. */
export function checkNodeLabels(scope: Scope): readonly Finding[] {
  const pools = scope.ofKind('karpenter.sh/NodePool');
  const given = new Set(
    pools.flatMap(({ object }) =>
      Object.entries(mapAt(object, 'spec', 'template', 'metadata', 'labels')).map(
        ([key, value]) => `${key}=${value}`,
      ),
    ),
  );
  return scope.manifests
    .filter((manifest) => !pools.includes(manifest))
    .flatMap(wantedBy)
    .filter(({ label }) => !given.has(label))
    .map(({ manifest, path, label }) =>
      findingAt(manifest, path, 'missing-name', `no NodePool gives its nodes ${label}`),
    );
}

type Wanted = { readonly manifest: Manifest; readonly path: string; readonly label: string };

function wantedBy(manifest: Manifest): Wanted[] {
  const wanted: Wanted[] = [];
  // A chart's values speak of the cluster that it goes into.
  if (groupKindOf(manifest.object) === 'argoproj.io/Application') return wanted;
  visitValues(manifest.object, (value, path, field) => {
    if (!isObject(value)) return;
    if (field === 'nodeSelector') {
      for (const [key, label] of Object.entries(value)) {
        if (key.startsWith(ownPrefix)) wanted.push({ manifest, path, label: `${key}=${shown(label)}` });
      }
    }
    const key = textAt(value, 'key');
    const isOfNode = /nodeSelectorTerms|preference/.test(path) && field === 'matchExpressions';
    if (!isOfNode || key?.startsWith(ownPrefix) !== true || value['operator'] !== 'In') return;
    for (const label of textsAt(value, 'values')) wanted.push({ manifest, path, label: `${key}=${label}` });
  });
  return wanted;
}

import { scalerOf } from '../../expand.ts';
import { entriesAt, isList, isObject, numberAt, type Json, shown } from '../../../rendered/fields.ts';
import type { RegionTree } from '../../tree.ts';
import type { FlagRule, Surroundings } from './rule.ts';
import type { ObjectChange } from '../compare.ts';

/** What moves the number of pods in a way that the diff of one field does not show. */
export const scaling: FlagRule = (change, around) => {
  const { sort, object, before, after } = change;
  const was = before && scalerOf(before);
  const is = after && scalerOf(after);
  if (was && !is) return ['scaler deleted: the workload stays at the replicas it has'];
  if (was && is) return bounds(was.pods, is.pods);
  if (is && is.pods.min > is.pods.max) return [`scaler from ${is.pods.min} to ${is.pods.max} replicas`];
  if (object.group !== 'apps' || sort !== 'changed') return [];
  return replicas(change, around);
};

function bounds(
  was: { readonly min: number; readonly max: number },
  is: { readonly min: number; readonly max: number },
): readonly string[] {
  if (was.min === is.min && was.max === is.max) return [];
  const reasons = [
    ...(is.min > is.max ? ['the least is more than the most'] : []),
    ...(is.min > was.max ? [`${is.min - was.max} pods start at once`] : []),
    ...(is.max < was.min ? ['pods that always ran are stopped'] : []),
    ...(is.min < 2 && was.min >= 2 ? ['one pod or none may be left'] : []),
  ];
  const why = reasons.length > 0 ? `: ${reasons.join(', ')}` : '';
  return [`scaler bounds ${was.min}–${was.max} → ${is.min}–${is.max}${why}`];
}

/** See GITOPS: a field that goes drops the workload to 1, a field that comes is fought over with the scaler. */
function replicas({ object, before, after }: ObjectChange, { head }: Surroundings): readonly string[] {
  const [was, is] = [before, after].map((side) => numberAt(side?.value, 'spec', 'replicas'));
  const scaled = isScaled(object.kind, object.namespace, object.name, head);
  if (was !== undefined && is === undefined && was > 1)
    return [
      scaled
        ? `replicas removed under a scaler: the workload drops from ${was} to 1 until the scaler acts (ignore /spec/replicas first)`
        : `replicas removed and no scaler: ${was} → 1`,
    ];
  if (was === undefined && is !== undefined && scaled)
    return ['replicas set under a scaler: each sync sets them back to ' + shown(is)];
  if (was !== undefined && is === 0 && was > 0) return [`replicas ${was} → 0: it stops`];
  return [];
}

function isScaled(kind: string, namespace: string, name: string, tree: RegionTree): boolean {
  return [...tree.values()].some((object) => scalerOf(object)?.target === `${kind}/${namespace}/${name}`);
}

/** An image that may be another one tomorrow under the same name. Only those that the change brings are named. */
export const imageByTag: FlagRule = ({ before, after }) => {
  const known = new Set(imagesIn(before?.value));
  const fresh = imagesIn(after?.value).filter((image) => !known.has(image) && !image.includes('@sha256:'));
  return [...new Set(fresh)].map((image) => `image by tag, not by digest: ${image}`);
};

/** Every image of an object: pods name theirs in containers, custom resources anywhere in their spec. */
function imagesIn(value: Json | undefined): readonly string[] {
  if (isList(value)) return value.flatMap(imagesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /^(image|initImage|imageName)$/.test(key) && typeof inner === 'string' && inner !== ''
      ? [inner]
      : imagesIn(inner),
  );
}

/** Pods that may do more on their node than before. */
export const privileges: FlagRule = ({ before, after }) => {
  const had = new Set(rightsIn(before?.value));
  return [...new Set(rightsIn(after?.value))]
    .filter((right) => !had.has(right))
    .map((right) => `pod privileges: ${right}`);
};

function rightsIn(value: Json | undefined): readonly string[] {
  if (isList(value)) return value.flatMap(rightsIn);
  if (!isObject(value)) return [];
  const own = [
    ...['privileged', 'allowPrivilegeEscalation', 'hostNetwork', 'hostPID', 'hostIPC'].filter(
      (key) => value[key] === true,
    ),
    ...(value['runAsNonRoot'] === false || value['runAsUser'] === 0 ? ['runs as root'] : []),
    ...(isObject(value['hostPath']) ? ['hostPath volume'] : []),
    ...entriesAt(value, 'capabilities').flatMap(([key, list]) =>
      key === 'add' && isList(list) ? list.map((name) => `capability ${shown(name)}`) : [],
    ),
  ];
  return [...own, ...Object.values(value).flatMap(rightsIn)];
}

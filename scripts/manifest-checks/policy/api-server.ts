import { at, fieldsAt, listAt, mapAt, textAt, type JsonObject, shown } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { containersOf, podsOf, type Container, type PodTemplate } from '../pods.ts';
import type { Scope } from '../scope.ts';
import { matches } from '../selectors.ts';

const rule = 'api-server';

/** What the API server refuses in built-in kinds by rules that are in no schema. */
export function checkApiServerRules(scope: Scope): readonly Finding[] {
  return [
    ...podsOf(scope).flatMap((pod) => [
      ...selectorOf(pod),
      ...restartOf(pod),
      ...rolloutOf(pod),
      ...containersOf(pod).flatMap((container) => [...mountsOf(pod, container), ...portsOf(pod, container)]),
    ]),
    ...scope.ofKind('Service').flatMap(servicePorts),
    ...scope.ofKind('policy/PodDisruptionBudget').flatMap(budgetOf),
  ];
}

function selectorOf({ manifest, labels }: PodTemplate): Finding[] {
  const isSelecting = manifest.object.apiVersion.startsWith('apps/');
  const selector = fieldsAt(manifest.object, 'spec', 'selector');
  if (!isSelecting || (Object.keys(mapAt(selector, 'matchLabels')).length > 0 && matches(selector, labels)))
    return [];
  return [findingAt(manifest, 'spec.selector', rule, 'must match the labels of its own pods')];
}

function restartOf({ manifest, path, spec }: PodTemplate): Finding[] {
  const isJob = manifest.object.apiVersion.startsWith('batch/');
  const policy = textAt(spec, 'restartPolicy') ?? 'Always';
  const allowed = isJob ? ['Never', 'OnFailure'] : ['Always'];
  if (manifest.object.kind === 'Pod' || allowed.includes(policy)) return [];
  return [findingAt(manifest, `${path}.restartPolicy`, rule, `must be ${allowed.join(' or ')} here`)];
}

const isNone = (value: unknown): boolean => value === 0 || value === '0%';

function rolloutOf({ manifest }: PodTemplate): Finding[] {
  const { maxSurge, maxUnavailable } = fieldsAt(manifest.object, 'spec', 'strategy', 'rollingUpdate');
  if (!isNone(maxSurge) || !isNone(maxUnavailable)) return [];
  const message = 'allows neither a pod more nor a pod less: nothing could be rolled out';
  return [findingAt(manifest, 'spec.strategy.rollingUpdate', rule, message)];
}

function mountsOf({ manifest, spec }: PodTemplate, { path, fields }: Container): Finding[] {
  const claims = listAt(manifest.object, 'spec', 'volumeClaimTemplates').map((claim) =>
    at(claim, 'metadata', 'name'),
  );
  const known = new Set([...listAt(spec, 'volumes').map(({ name }) => name), ...claims]);
  const mounts = listAt(fields, 'volumeMounts');
  const paths = mounts.map(({ mountPath }) => mountPath);
  return mounts.flatMap(({ name, mountPath }, index) => {
    const place = `${path}.volumeMounts[${index}]`;
    return [
      ...(known.has(name)
        ? []
        : [findingAt(manifest, `${place}.name`, rule, `the pod has no volume ${shown(name)}`)]),
      ...(paths.indexOf(mountPath) < index
        ? [findingAt(manifest, `${place}.mountPath`, rule, 'something is mounted there already')]
        : []),
    ];
  });
}

const portName = /^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/;

function portsOf({ manifest }: PodTemplate, { path, fields }: Container): Finding[] {
  return namesOf(listAt(fields, 'ports'), false).map(({ index, message }) =>
    findingAt(manifest, `${path}.ports[${index}].name`, rule, message),
  );
}

function servicePorts(service: Manifest): Finding[] {
  const ports = listAt(service.object, 'spec', 'ports');
  return namesOf(ports, ports.length > 1).map(({ index, message }) =>
    findingAt(service, `spec.ports[${index}].name`, rule, message),
  );
}

function namesOf(ports: readonly JsonObject[], isRequired: boolean): { index: number; message: string }[] {
  const names = ports.map((port) => textAt(port, 'name'));
  return names.flatMap((name, index) => {
    if (name === undefined)
      return isRequired ? [{ index, message: 'is required where there are several ports' }] : [];
    if (!portName.test(name))
      return [{ index, message: 'must have at most 15 small letters, digits and hyphens' }];
    return names.indexOf(name) < index ? [{ index, message: `${name} is there already` }] : [];
  });
}

function budgetOf(budget: Manifest): Finding[] {
  const { minAvailable, maxUnavailable } = fieldsAt(budget.object, 'spec');
  return minAvailable !== undefined && maxUnavailable !== undefined
    ? [findingAt(budget, 'spec', rule, 'has minAvailable and maxUnavailable: only one may be there')]
    : [];
}

import { at, fieldsAt, listAt, textAt, textsAt } from '../../rendered/fields.ts';
import { findingAt, type Finding } from '../manifest.ts';
import { containersOf, isProgram, namespaceOf, podsOf, type Container, type PodTemplate } from '../pods.ts';
import type { Scope } from '../scope.ts';

const enforceLabel = 'pod-security.kubernetes.io/enforce';

/** Our programs, and all that runs where the namespace enforces it, keep the Pod Security level `restricted`. */
export function checkSecurityContext(scope: Scope): readonly Finding[] {
  const isRestricted = (pod: PodTemplate): boolean =>
    isProgram(pod) ||
    scope.find('Namespace', undefined, namespaceOf(pod.manifest))?.object.metadata.labels?.[enforceLabel] ===
      'restricted';
  return podsOf(scope)
    .filter(isRestricted)
    .flatMap((pod) => [
      ...podProblems(pod),
      ...containersOf(pod).flatMap((container) => containerProblems(pod, container)),
    ]);
}

function podProblems({ manifest, path, spec }: PodTemplate): Finding[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true);
  const hostPaths = listAt(spec, 'volumes').flatMap((volume, index) =>
    volume['hostPath'] === undefined ? [] : [`volumes[${index}].hostPath`],
  );
  return [...shared, ...hostPaths].map((name) =>
    findingAt(manifest, `${path}.${name}`, 'security-context', 'gives the pod a part of its node'),
  );
}

function containerProblems(pod: PodTemplate, { path, fields }: Container): Finding[] {
  const own = fieldsAt(fields, 'securityContext');
  const ofPod = fieldsAt(pod.spec, 'securityContext');
  // What a container says goes before what its pod says.
  const effective = (...names: readonly string[]): unknown => at(own, ...names) ?? at(ofPod, ...names);
  const seccomp = String(effective('seccompProfile', 'type'));
  const added = textsAt(own, 'capabilities', 'add').filter((name) => name !== 'NET_BIND_SERVICE');
  const rules: readonly (readonly [string, boolean, string])[] = [
    ['runAsNonRoot', effective('runAsNonRoot') === true, 'must be true, here or in the pod'],
    ['runAsUser', effective('runAsUser') !== 0, 'must not be root'],
    [
      'seccompProfile.type',
      ['RuntimeDefault', 'Localhost'].includes(seccomp),
      'must be RuntimeDefault, here or in the pod',
    ],
    ['allowPrivilegeEscalation', own['allowPrivilegeEscalation'] === false, 'must be false'],
    ['capabilities.drop', textsAt(own, 'capabilities', 'drop').includes('ALL'), 'must have ALL'],
    ['capabilities.add', added.length === 0, 'may have NET_BIND_SERVICE only'],
    ['privileged', own['privileged'] !== true, 'must not be true'],
    [
      'readOnlyRootFilesystem',
      !isProgram(pod) || own['readOnlyRootFilesystem'] === true,
      'must be true: our programs write to no disk',
    ],
  ];
  const hostPorts = listAt(fields, 'ports').filter(({ hostPort }) => hostPort !== undefined);
  return [
    ...rules
      .filter(([, isKept]) => !isKept)
      .map(([name, , message]) =>
        findingAt(pod.manifest, `${path}.securityContext.${name}`, 'security-context', message),
      ),
    ...hostPorts.map((port) =>
      findingAt(
        pod.manifest,
        `${path}.ports`,
        'security-context',
        `${textAt(port, 'name') ?? 'a port'} takes a port of the node`,
      ),
    ),
  ];
}

import { at, fieldsAt, itemsAt, listAt, mapAt, textAt, type JsonObject } from '../../rendered/fields.ts';
import { findingAt, type Finding, type Manifest } from '../manifest.ts';
import { containersOf, isProgram, namespaceOf, podsOf, type Container, type PodTemplate } from '../pods.ts';
import type { Scope } from '../scope.ts';
import { matches } from '../selectors.ts';

/** Where pods of the mesh take what comes from others, whatever the port that was asked for. */
const meshPort = 15_008;
/** By which the proxy of a node knows the kubelet. */
const kubelet = '169.254.7.127/32';

const directions = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

/**
 * Istio's ambient mode: programs are in the mesh, and so is whoever strict policies speak of; network policies let the
 * tunnel between its pods pass, and the kubelet's probes, which come from an address of the mesh's own.
 */
export function checkMesh(scope: Scope): readonly Finding[] {
  const members = scope.ofKind('Namespace').filter(isMember);
  const names = members.map(({ object }) => object.metadata.name);
  const policies = scope
    .ofKind('networking.k8s.io/NetworkPolicy')
    .filter((policy) => names.includes(namespaceOf(policy)));
  const pods = podsOf(scope);
  return [
    ...pods.filter(isProgram).flatMap((pod) => outside(pod, names)),
    ...scope
      .ofKind('security.istio.io/PeerAuthentication', 'security.istio.io/AuthorizationPolicy')
      .filter((rule) => !names.includes(namespaceOf(rule)))
      .map((rule) =>
        findingAt(rule, 'metadata.namespace', 'mesh-member', 'is not in the mesh: nothing holds this'),
      ),
    ...policies.flatMap((policy) => closedTunnels(policy, names)),
    ...pods
      .filter(({ manifest }) => names.includes(namespaceOf(manifest)))
      .flatMap((pod) => refusedProbes(pod, policies)),
  ];
}

const isMember = ({ object }: Manifest): boolean =>
  object.metadata.labels?.['istio.io/dataplane-mode'] === 'ambient';

function outside({ manifest, labels }: PodTemplate, members: readonly string[]): Finding[] {
  const isOut = labels['istio.io/dataplane-mode'] === 'none';
  if (members.includes(namespaceOf(manifest)) && !isOut) return [];
  return [
    findingAt(manifest, '', 'mesh-member', 'its pods are not in the mesh: others reach them in plain text'),
  ];
}

/** A rule between pods of the mesh that names ports, and not that of the tunnel. */
function closedTunnels(policy: Manifest, members: readonly string[]): Finding[] {
  return directions.flatMap(([direction, end]) =>
    listAt(policy.object, 'spec', direction).flatMap((rule, index) => {
      const inMesh = listAt(rule, end).some((peer) =>
        members.includes(
          mapAt(peer, 'namespaceSelector', 'matchLabels')['kubernetes.io/metadata.name'] ?? '',
        ),
      );
      if (!inMesh || allowsPort(rule, meshPort)) return [];
      const message = `pods of the mesh use ${meshPort} between them, which is not let through`;
      return [findingAt(policy, `spec.${direction}[${index}].ports`, 'mesh-port', message)];
    }),
  );
}

function allowsPort(rule: JsonObject, port: number): boolean {
  const ports = itemsAt(rule, 'ports');
  return ports.length === 0 || ports.some((entry) => at(entry, 'port') === port);
}

function refusedProbes(pod: PodTemplate, policies: readonly Manifest[]): Finding[] {
  const own = policies
    .filter((policy) => namespaceOf(policy) === namespaceOf(pod.manifest))
    .filter(({ object }) => matches(fieldsAt(object, 'spec', 'podSelector'), pod.labels));
  const rules = own
    .flatMap(({ object }) => listAt(object, 'spec', 'ingress'))
    .filter((rule) => listAt(rule, 'from').some((peer) => textAt(peer, 'ipBlock', 'cidr') === kubelet));
  return containersOf(pod).flatMap((container) =>
    probedPorts(container)
      .filter(({ port }) => !rules.some((rule) => allowsPort(rule, port)))
      .map(({ probe, port }) => {
        const message = `asks port ${port} from ${kubelet} in the mesh, which no network policy lets in`;
        return findingAt(pod.manifest, `${container.path}.${probe}`, 'mesh-probe', message);
      }),
  );
}

function probedPorts({ fields }: Container): { probe: string; port: number }[] {
  const ports = new Map(listAt(fields, 'ports').map((port) => [port['name'], port['containerPort']]));
  return ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((probe) =>
    ['httpGet', 'tcpSocket', 'grpc'].flatMap((way) => {
      const asked = at(fields, probe, way, 'port');
      const port = typeof asked === 'string' ? ports.get(asked) : asked;
      return typeof port === 'number' ? [{ probe, port }] : [];
    }),
  );
}

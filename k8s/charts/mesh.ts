import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { flowsOf, isInMesh, type Flow } from '../flows.ts';
import { edgeParties, type Pods } from '../parties.ts';
import { meshPort, namespaces, programPorts, type Place } from '../place.ts';

/**
 * Mutual TLS between the programs and who asks them, and again the ports of each flow: a network policy sees the tunnel of
 * the mesh alone. Both are held by the proxy of the node.
 */
export function addMesh(chart: Chart, place: Place): void {
  customObject(chart, 'mutual-tls', {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    name: 'default',
    namespace: namespaces.programs,
    annotations: inWave('access'),
    // Prometheus is outside, and speaks plainly, to one port.
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/part-of': 'meridian' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { [programPorts.metrics]: { mode: 'PERMISSIVE' } },
    },
  });
  for (const [party, flows] of inboundOf(place)) {
    customObject(chart, `${party.namespace}-${party.name}`, {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      name: party.name,
      namespace: party.namespace,
      annotations: inWave('access'),
      spec: {
        ...(party.labels === undefined ? {} : { selector: { matchLabels: { ...party.labels } } }),
        action: 'ALLOW',
        rules: rulesOf(flows),
      },
    });
  }
}

/** What reaches Kong does not pass the mesh (kong-pod.ts), and the gateway of other regions is an end of it itself. */
const pastMesh: readonly string[] = [edgeParties.kong.name, edgeParties.eastWest.name];

/** What comes to each party of the mesh. */
function inboundOf(place: Place): readonly (readonly [Pods, readonly Flow[]])[] {
  const inbound = new Map<string, [Pods, Flow[]]>();
  for (const flow of flowsOf(place)) {
    const { to } = flow;
    if (!isInMesh(to) || pastMesh.includes(to.name)) continue;
    const key = `${to.namespace}/${to.name}`;
    inbound.set(key, [to, [...(inbound.get(key)?.[1] ?? []), flow]]);
  }
  return [...inbound.values()];
}

type AuthorizationRule = {
  readonly from?: readonly { readonly source: { readonly namespaces: readonly string[] } }[];
  readonly to: readonly { readonly operation: { readonly ports: readonly string[] } }[];
};

/** Who is outside has no identity to ask for: for those the network policy alone says who may come. */
function rulesOf(flows: readonly Flow[]): readonly AuthorizationRule[] {
  const ports = new Set(flows.flatMap(portsOf));
  return [...ports].map((port) => {
    const callers = flows.filter((flow) => portsOf(flow).includes(port)).map(({ from }) => from);
    const known = callers.filter(isInMesh).map(({ namespace }) => namespace);
    return {
      ...(known.length === callers.length ? { from: [{ source: { namespaces: [...new Set(known)] } }] } : {}),
      to: [{ operation: { ports: [String(port)] } }],
    };
  });
}

function portsOf({ from, to, ports }: Flow): readonly number[] {
  if (ports === 'all') throw new RangeError(`${JSON.stringify(from)} may ask ${JSON.stringify(to)} for all`);
  return ports.filter((port) => port !== meshPort);
}

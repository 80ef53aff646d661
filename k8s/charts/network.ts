import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { flowsOf, type Flow } from '../flows.ts';
import { peersOf } from '../network-peers.ts';
import { isPods, type Party, type Pods } from '../parties.ts';
import { namespaces, type Place } from '../place.ts';

/** Nothing is allowed but the flows of `flows.ts`: one policy for each party of ours, with both directions of it. */
export function addNetwork(chart: Chart, place: Place): void {
  for (const namespace of Object.values(namespaces)) {
    addPolicy(
      chart,
      { name: 'default-deny', namespace },
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    );
  }
  const flows = flowsOf(place);
  for (const party of ownPartiesOf(flows)) {
    const ingress = rulesOf(
      flows.filter(({ to }) => isSame(to, party)),
      ({ from }) => from,
    );
    const egress = rulesOf(
      flows.filter(({ from }) => isSame(from, party)),
      ({ to }) => to,
    );
    addPolicy(chart, party, {
      podSelector: party.labels === undefined ? {} : { matchLabels: { ...party.labels } },
      policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
      ...(ingress.length > 0
        ? { ingress: ingress.map(({ peers, ports }) => ({ from: peers, ...ports })) }
        : {}),
      ...(egress.length > 0 ? { egress: egress.map(({ peers, ports }) => ({ to: peers, ...ports })) } : {}),
    });
  }
}

function ownPartiesOf(flows: readonly Flow[]): readonly Pods[] {
  const own: readonly string[] = Object.values(namespaces);
  const parties = flows
    .flatMap(({ from, to }) => [from, to])
    .filter(isPods)
    .filter(({ namespace }) => own.includes(namespace));
  return [...new Map(parties.map((party) => [keyOf(party), party])).values()];
}

const keyOf = ({ namespace, name }: Pods): string => `${namespace}/${name}`;

function isSame(party: Party, pods: Pods): boolean {
  return isPods(party) && keyOf(party) === keyOf(pods);
}

type Rule = { readonly peers: k8s.NetworkPolicyPeer[]; readonly ports: { ports?: k8s.NetworkPolicyPort[] } };

/** One rule for all that use the same ports. */
function rulesOf(flows: readonly Flow[], otherEnd: (flow: Flow) => Party): readonly Rule[] {
  return [...Map.groupBy(flows, ({ ports }) => String(ports)).values()].map((same) => ({
    peers: same.flatMap((flow) => peersOf(otherEnd(flow))),
    ports: portsOf(same[0]!.ports),
  }));
}

function portsOf(numbers: Flow['ports']): { ports?: k8s.NetworkPolicyPort[] } {
  if (numbers === 'all') return {};
  return {
    ports: numbers.flatMap((number) => {
      const port = k8s.IntOrString.fromNumber(number);
      const tcp = { port, protocol: 'TCP' };
      // Names are asked for by UDP, and by TCP where the answer is long.
      return number === 53 ? [{ port, protocol: 'UDP' }, tcp] : [tcp];
    }),
  };
}

function addPolicy(
  chart: Chart,
  { name, namespace }: Pick<Pods, 'name' | 'namespace'>,
  spec: k8s.NetworkPolicySpec,
): void {
  new k8s.KubeNetworkPolicy(chart, `${namespace}-${name}`, {
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/name': name },
      annotations: inWave('foundation'),
    },
    spec,
  });
}

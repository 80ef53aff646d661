import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { SystemName } from '../../platform/resources.ts';
import { inWave } from '../custom-object.ts';
import { jobsOf } from '../jobs.ts';
import { edgeNames, kafkaNames, kongPorts, mongoNames, postgresNames, redisNames } from '../names.ts';
import { namespaces, programPorts, type Place } from '../place.ts';
import { programsOf } from '../programs.ts';
import { collectorPorts } from './collectors.ts';
import { proxyLabels } from './kong-pod.ts';

/** A system inside the cluster: its pods, and the ports that clients use. */
type Inside = { readonly pods: Readonly<Record<string, string>>; readonly ports: readonly number[] };
/** A system out on the internet; the ports of it. */
type Outside = { readonly ports: readonly number[] };

/** By which labels the operators mark their pods, and where the rest of the world is reached. */
const destinations: Readonly<Record<SystemName, Inside | Outside | null>> = {
  postgres: { pods: postgresNames.podLabels, ports: [postgresNames.port] },
  kafka: { pods: { 'strimzi.io/cluster': kafkaNames.cluster }, ports: [kafkaNames.port] },
  redis: { pods: { redis_setup_type: 'cluster' }, ports: [redisNames.port] },
  mongo: { pods: { 'app.kubernetes.io/instance': mongoNames.cluster }, ports: [mongoNames.port] },
  smtp: { ports: [465, 443] },
  paymentProvider: { ports: [443] },
  webhookSecret: null,
  tokenSecret: null,
};

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

/** Who asks the gateways from inside: the smoke job. */
const gatewayCallers = { matchLabels: { 'uses.meridian.example/gateways': 'true' } };

/** Nothing is allowed but names, what programs need by their declarations, routes, metrics and traces. */
export function addNetwork(chart: Chart, place: Place): void {
  for (const namespace of Object.values(namespaces)) {
    addPolicy(chart, 'default-deny', namespace, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    addPolicy(chart, 'names', namespace, {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [peer('kube-system', { 'k8s-app': 'kube-dns' })],
          ports: [...ports([53], 'UDP'), ...ports([53])],
        },
      ],
    });
  }
  const used = new Set([...programsOf(place), ...jobsOf(place)].flatMap(({ systems }) => systems));
  for (const system of used) addSystem(chart, place, system);
  addPolicy(chart, 'gateways', namespaces.programs, {
    podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [peer(namespaces.edge)], ports: ports([programPorts.http]) }],
  });
  addPolicy(chart, 'gateways-of-jobs', namespaces.programs, {
    podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: gatewayCallers }], ports: ports([programPorts.http]) }],
  });
  addPolicy(chart, 'uses-gateways', namespaces.programs, {
    podSelector: gatewayCallers,
    policyTypes: ['Egress'],
    egress: [
      {
        to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } } }],
        ports: ports([programPorts.http]),
      },
    ],
  });
  addSurroundings(chart);
  addPolicy(chart, 'telemetry', namespaces.programs, {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [peer(namespaces.observability)], ports: ports([programPorts.metrics]) }],
    egress: [{ to: [peer(namespaces.observability)], ports: ports([4318]) }],
  });
}

/** What Kong, the collectors and the data systems need beside the programs' own flows. */
function addSurroundings(chart: Chart): void {
  const anywhere = { ipBlock: { cidr: '0.0.0.0/0' } };
  addEdgeFlows(chart, anywhere);
  // Patroni and the operators' agents hold their leases in the API server; backups go to an object store; mirrors to
  // the brokers of other regions.
  addPolicy(chart, 'operation', namespaces.data, {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: ['strimzi-system', 'stackgres-system', 'psmdb-system', 'redis-system'].map((name) =>
          peer(name),
        ),
      },
      { from: [peer(namespaces.observability)] },
    ],
    egress: [
      { to: [anywhere], ports: ports([443, 6443]) },
      { to: privateRanges.map((cidr) => ({ ipBlock: { cidr } })), ports: ports([kafkaNames.port]) },
    ],
  });
  addTelemetryFlows(chart, anywhere);
}

/**
 * What is pushed comes to the collector, logs from the agents; Prometheus reads from all, the nodes included; its operator
 * and ECK's come in, and the API server asks the former.
 */
function addTelemetryFlows(chart: Chart, anywhere: k8s.NetworkPolicyPeer): void {
  const inVpc = privateRanges.map((cidr) => ({ ipBlock: { cidr } }));
  addPolicy(chart, 'collection', namespaces.observability, {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [{ podSelector: {} }] },
      { from: [peer(namespaces.programs), peer(namespaces.nodes)], ports: ports([4318]) },
      { from: [peer('elastic-system')], ports: ports([9200]) },
      { from: inVpc, ports: ports([10_250]) },
    ],
    egress: [
      { to: [{ podSelector: {} }] },
      { to: [peer(namespaces.programs)], ports: ports([programPorts.metrics]) },
      { to: [peer(namespaces.edge, proxyLabels)], ports: ports([kongPorts.status]) },
      { to: [peer(namespaces.nodes)], ports: ports([collectorPorts.own]) },
      { to: [peer(namespaces.data)] },
      { to: [anywhere], ports: ports([443, 6443]) },
      { to: inVpc, ports: ports([9100, 10_250]) },
    ],
  });
  addPolicy(chart, 'agents', namespaces.nodes, {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [peer(namespaces.observability)], ports: ports([collectorPorts.own]) }],
    egress: [{ to: [peer(namespaces.observability)], ports: ports([4318]) }],
  });
}

/** Kong from anywhere, its controller to it, and Kong to the gateways and to the Redis of its limits. */
function addEdgeFlows(chart: Chart, anywhere: k8s.NetworkPolicyPeer): void {
  const limits = { app: edgeNames.limits };
  const inVpc = privateRanges.map((cidr) => ({ ipBlock: { cidr } }));
  addPolicy(chart, 'kong', namespaces.edge, {
    podSelector: { matchLabels: proxyLabels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [anywhere], ports: ports([kongPorts.proxy]) },
      { from: [peer(edgeNames.controllerNamespace)], ports: ports([kongPorts.admin]) },
      // The load balancer asks whether a proxy is ready; Prometheus reads its metrics there.
      { from: [...inVpc, peer(namespaces.observability)], ports: ports([kongPorts.status]) },
    ],
    egress: [
      {
        to: [peer(namespaces.programs, { 'app.kubernetes.io/component': 'gateway' })],
        ports: ports([programPorts.http]),
      },
      { to: [{ podSelector: { matchLabels: limits } }], ports: ports([redisNames.port]) },
    ],
  });
  const own = { podSelector: { matchLabels: limits } };
  addPolicy(chart, 'kong-limits', namespaces.edge, {
    ...own,
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ podSelector: { matchLabels: proxyLabels } }, own, peer('redis-system')],
        ports: ports([redisNames.port]),
      },
    ],
    egress: [{ to: [own], ports: ports([redisNames.port]) }],
  });
}

/** Who names a system in `needs` may call it, and only those; the system's own pods speak among themselves. */
function addSystem(chart: Chart, { region }: Place, system: SystemName): void {
  const destination = destinations[system];
  if (destination === null) return;
  const users = { matchLabels: { [`uses.meridian.example/${system}`]: 'true' } };
  const isRemote = system === 'postgres' && region.database.kind === 'remote';
  const isManaged =
    (system === 'postgres' && region.database.kind === 'aurora-global') ||
    (system === 'kafka' && region.kafka.kind !== 'strimzi') ||
    (system === 'mongo' && region.mongo.kind !== 'percona');
  const name = `uses-${system.toLowerCase()}`;
  const inCluster = 'pods' in destination && !isRemote && !isManaged;
  // A managed system, and another region's, is reached through the private network; the rest by the internet alone.
  const to =
    'pods' in destination
      ? inCluster
        ? [peer(namespaces.data, destination.pods)]
        : [{ ipBlock: { cidr: '10.0.0.0/8' } }]
      : [{ ipBlock: { cidr: '0.0.0.0/0', except: [...privateRanges] } }];
  addPolicy(chart, name, namespaces.programs, {
    podSelector: users,
    policyTypes: ['Egress'],
    egress: [{ to, ports: ports(destination.ports) }],
  });
  if (!inCluster) return;
  const own = { matchLabels: { ...destination.pods } };
  addPolicy(chart, name, namespaces.data, {
    podSelector: own,
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ namespaceSelector: inNamespace(namespaces.programs), podSelector: users }],
        ports: ports(destination.ports),
      },
      { from: [{ podSelector: own }] },
    ],
    egress: [{ to: [{ podSelector: own }] }],
  });
}

function addPolicy(chart: Chart, name: string, namespace: string, spec: k8s.NetworkPolicySpec): void {
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

function inNamespace(name: string): k8s.LabelSelector {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
}

function peer(namespace: string, pods?: Readonly<Record<string, string>>): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: inNamespace(namespace),
    ...(pods === undefined ? {} : { podSelector: { matchLabels: { ...pods } } }),
  };
}

function ports(numbers: readonly number[], protocol = 'TCP'): k8s.NetworkPolicyPort[] {
  return numbers.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol }));
}

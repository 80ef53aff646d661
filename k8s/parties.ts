import type { SystemName } from '../platform/resources.ts';
import { proxyLabels } from './charts/kong-pod.ts';
import { operatorsOf } from './charts/operators.ts';
import { edgeNames, kafkaNames, meshNames, mongoNames, postgresNames, redisNames } from './names.ts';
import { namespaces, type Place } from './place.ts';

type Labels = Readonly<Record<string, string>>;

/** Pods, ours or an operator's; all of the namespace unless labels tell them apart. */
export type Pods = { readonly name: string; readonly namespace: string; readonly labels?: Labels };
/** What has no pods in the cluster. */
export type Addresses = { readonly ranges: readonly string[]; readonly except?: readonly string[] };
export type Party = Pods | Addresses;

export const isPods = (party: Party): party is Pods => 'namespace' in party;

const data = (name: string, labels: Labels): Pods => ({ name, namespace: namespaces.data, labels });

/** Data systems, by the labels that their operators give all their pods. */
export const dataParties = {
  postgres: data('postgres', postgresNames.podLabels),
  kafka: data('kafka', { 'strimzi.io/cluster': kafkaNames.cluster }),
  mirror: data('kafka-mirror', { 'strimzi.io/cluster': kafkaNames.mirror }),
  redis: data('redis', { redis_setup_type: 'cluster' }),
  mongo: data('mongo', { 'app.kubernetes.io/instance': mongoNames.cluster }),
} as const;

/** The pods of MongoDB that programs ask: what is behind them answers its own cluster and the operator only. */
export const mongoRouters: Pods = data('mongo-routers', {
  ...dataParties.mongo.labels,
  'app.kubernetes.io/component': 'mongos',
});

/** The ports of a data system's pods that its clients use. */
export const clientPorts = {
  // StackGres: PostgreSQL, the pooler before it, and Envoy before both, of which one is behind each port
  // of the Service.
  postgres: { citus: [postgresNames.port, 6432, 7432, 7433], other: [postgresNames.port] },
  // Behind the port that other regions' programs use: the pooler, with Envoy before it or not, or the router.
  guests: { citus: [6432, 7432], other: [postgresNames.port] },
  redis: [redisNames.port],
  mongo: [mongoNames.port],
} as const;

/** Everything in a namespace. */
export const everyPodOf = (namespace: string): Pods => ({ name: 'every-pod', namespace });

export const gatewayPods: Pods = {
  name: 'gateways',
  namespace: namespaces.programs,
  labels: { 'app.kubernetes.io/component': 'gateway' },
};

/** The jobs that ask them from inside. */
export const gatewayCallers: Pods = {
  name: 'uses-gateways',
  namespace: namespaces.programs,
  labels: { 'uses.meridian.example/gateways': 'true' },
};

/** Kong's proxies, the Redis of their limits, and what programs of other regions are asked through. */
export const edgeParties = {
  kong: { name: 'kong', namespace: namespaces.edge, labels: proxyLabels },
  limits: { name: 'kong-limits', namespace: namespaces.edge, labels: { app: edgeNames.limits } },
  eastWest: {
    name: meshNames.gateway,
    namespace: namespaces.edge,
    labels: { 'gateway.networking.k8s.io/gateway-name': meshNames.gateway },
  },
} as const satisfies Record<string, Pods>;

/** The pods that name a system in `needs`, by the label that `pod.ts` gives them. */
export const usersOf = (system: SystemName): Pods => ({
  name: `uses-${system.toLowerCase()}`,
  namespace: namespaces.programs,
  labels: { [`uses.meridian.example/${system}`]: 'true' },
});

export const clusterNames: Pods = {
  name: 'kube-dns',
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
};

/** KEDA's operator asks the brokers; its metrics server asks the operator. */
export const lagReaderLabels: Labels = { app: 'keda-operator' };

/** The pods of an operator, in the namespace that it is installed into. @throws RangeError if the region has none of it. */
export function operatorPods(place: Place, operator: string, labels?: Labels): Pods {
  const namespace = operatorsOf(place).find(({ name }) => name === operator)?.namespace;
  if (namespace === undefined) {
    throw new RangeError(`k8s/charts/operators.ts: ${operator} is not installed in ${place.region.cluster}`);
  }
  return { name: operator, namespace, ...(labels === undefined ? {} : { labels }) };
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

/** The internet, and nothing of any private network. */
export const internet: Addresses = { ranges: ['0.0.0.0/0'], except: privateRanges };
/** The kubelet's probes of pods in the mesh: Istio gives them this address, by which its proxy lets them pass. */
export const meshProbes: Addresses = { ranges: ['169.254.7.127/32'] };
export const anywhere: Addresses = { ranges: ['0.0.0.0/0'] };

/** The API server: its address is of the region's network, its Service's of a range that the cluster chose. */
export const apiServer: Addresses = { ranges: privateRanges.slice(0, 3) };

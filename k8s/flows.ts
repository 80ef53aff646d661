import type { Region } from '../environments/schema.ts';
import type { SystemName } from '../platform/resources.ts';
import { collectorPorts } from './charts/collectors.ts';
import { jobsOf } from './jobs.ts';
import { portsOf } from './kafka-access.ts';
import { eastWestFlows } from './east-west-flows.ts';
import { kafkaNames, kongPorts, redisNames } from './names.ts';
import {
  anywhere,
  apiServer,
  clientPorts,
  clusterNames,
  dataParties,
  edgeParties,
  everyPodOf,
  gatewayCallers,
  gatewayPods,
  internet,
  isPods,
  lagReaderLabels,
  meshProbes,
  mongoRouters,
  operatorPods,
  usersOf,
  type Party,
  type Pods,
} from './parties.ts';
import { meshNamespaces, meshPort, namespaces, programPorts, type Place } from './place.ts';
import { isScaled, programsOf } from './programs.ts';
import { auroraOf, guestsOf, keeperOf } from './system-addresses.ts';

/** Who may speak to whom. Both ends get a rule, where they are pods of ours; whatever has no flow is refused. */
export type Flow = { readonly from: Party; readonly to: Party; readonly ports: readonly number[] | 'all' };

/** Every flow of a region, from its programs' needs, its routes and how its data systems are run. */
export function flowsOf(place: Place): readonly Flow[] {
  const own = ownSystems(place);
  const jobs = jobsOf(place);
  const used = new Set([...programsOf(place), ...jobs].flatMap(({ systems }) => systems));
  return [
    ...Object.values(namespaces).map((namespace) => flow(everyPodOf(namespace), clusterNames, [53])),
    ...[...used].flatMap((system) => needsOf(place, system)),
    ...own.filter((system) => system !== 'mirror').map((system) => within(dataParties[system])),
    ...kafkaFlows(place),
    ...databaseFlows(place),
    ...edgeFlows(place),
    ...eastWestFlows(place),
    ...(jobs.some(({ callsGateways }) => callsGateways)
      ? [flow(gatewayCallers, gatewayPods, [programPorts.http])]
      : []),
    ...telemetryFlows(place, own),
    // Operators' agents and jobs hold their leases, and find each other, there.
    flow(everyPodOf(namespaces.data), apiServer, [443, 6443]),
    ...own
      .filter((system) => system === 'postgres' || system === 'mongo')
      .map((system) => flow(dataParties[system], internet, [443])),
    ...operatorFlows(place, own),
    flow(meshProbes, everyPodOf(namespaces.programs), [programPorts.metrics]),
    flow(meshProbes, edgeParties.kong, [kongPorts.status]),
  ].map(throughMesh);
}

/** A policy sees the tunnel, not what is in it: which ports that may be is said again in `charts/mesh.ts`. */
function throughMesh({ from, to, ports }: Flow): Flow {
  const isTunnelled = ports !== 'all' && isInMesh(from) && isInMesh(to);
  return { from, to, ports: isTunnelled ? [...new Set([...ports, meshPort])] : ports };
}

/** Whether a party's pods have an identity in the mesh. */
export function isInMesh(party: Party): party is Pods {
  return isPods(party) && meshNamespaces.includes(party.namespace);
}

type OwnSystem = keyof typeof dataParties;

/** Requests from anywhere, Kong's configuration, its counters, and whether it is ready. */
function edgeFlows(place: Place): readonly Flow[] {
  const { kong, limits } = edgeParties;
  return [
    flow(anywhere, kong, [kongPorts.proxy]),
    flow(operatorPods(place, 'kong'), kong, [kongPorts.admin]),
    // The load balancer asks.
    flow({ ranges: [place.region.network.range] }, kong, [kongPorts.status]),
    flow(kong, gatewayPods, [programPorts.http]),
    flow(kong, limits, [redisNames.port]),
    flow(limits, limits, [redisNames.port]),
    flow(operatorPods(place, 'redis'), limits, [redisNames.port]),
  ];
}

/** What is pushed comes to the collector, logs from the agents; Prometheus reads from all that has a monitor, and the nodes. */
function telemetryFlows(place: Place, own: readonly OwnSystem[]): readonly Flow[] {
  const observers = everyPodOf(namespaces.observability);
  const agents = everyPodOf(namespaces.nodes);
  const nodes = { ranges: [place.region.network.range] };
  return [
    within(observers),
    flow(everyPodOf(namespaces.programs), observers, [4318]),
    flow(agents, observers, [4318]),
    flow(observers, everyPodOf(namespaces.programs), [programPorts.metrics]),
    flow(observers, edgeParties.kong, [kongPorts.status]),
    flow(observers, agents, [collectorPorts.own]),
    ...own.flatMap((system) =>
      (metricsPorts[system] ?? []).map((port) => flow(observers, dataParties[system], [port])),
    ),
    // The kubelet's metrics and those of the node itself.
    flow(observers, nodes, [9100, 10_250]),
    // The API server asks the webhook of Prometheus's operator.
    flow(nodes, observers, [10_250]),
    flow(operatorPods(place, 'elastic'), observers, [9200]),
    // Where alerts go, and what there is to measure.
    flow(observers, internet, [443]),
    flow(observers, apiServer, [443, 6443]),
  ];
}

/** Of the exporters that have a monitor. */
const metricsPorts: Readonly<Partial<Record<OwnSystem, readonly number[]>>> = {
  kafka: [9404],
  mirror: [9404],
  redis: [9121],
};

/** The data systems that run in the cluster. */
function ownSystems({ environment, region }: Place): readonly OwnSystem[] {
  const { database, kafka, mongo } = region;
  return [
    ...(database.kind === 'citus' || database.kind === 'sharded' ? (['postgres'] as const) : []),
    ...(kafka.kind === 'strimzi' ? (['kafka'] as const) : []),
    ...(kafka.kind !== 'confluent-cloud' && environment.regions.length > 1 ? (['mirror'] as const) : []),
    'redis',
    ...(mongo.kind === 'percona' ? (['mongo'] as const) : []),
  ];
}

/** Who names a system in `needs` may call it. */
function needsOf(place: Place, system: SystemName): readonly Flow[] {
  const { region } = place;
  const users = usersOf(system);
  const network = { ranges: [region.network.range] };
  switch (system) {
    case 'postgres':
      return [flow(users, postgresOf(place), postgresPorts(region))];
    case 'kafka':
      return [flow(users, brokersOf(region), portsOf(region))];
    case 'redis':
      return [flow(users, dataParties.redis, clientPorts.redis)];
    case 'mongo':
      return [flow(users, region.mongo.kind === 'percona' ? mongoRouters : network, clientPorts.mongo)];
    case 'smtp':
      return [flow(users, internet, [465, 443])];
    case 'paymentProvider':
      return [flow(users, internet, [443])];
    case 'webhookSecret':
    case 'tokenSecret':
      return [];
  }
}

function brokersOf({ kafka, network }: Region): Party {
  if (kafka.kind === 'strimzi') return dataParties.kafka;
  return kafka.kind === 'msk' ? { ranges: [network.range] } : internet;
}

/** A region without a database uses its home region's, and whoever writes into Aurora its writer, through the private network. */
function postgresOf({ environment, region }: Place): Party {
  const { database } = region;
  if (database.kind === 'citus' || database.kind === 'sharded') return dataParties.postgres;
  const keeper = keeperOf({ environment, region });
  if (keeper !== undefined) return { ranges: [keeper.region.network.loadBalancers] };
  return { ranges: auroraOf({ environment, region }).map(({ network }) => network.range) };
}

function postgresPorts({ database }: Region): readonly number[] {
  return database.kind === 'citus' ? clientPorts.postgres.citus : clientPorts.postgres.other;
}

/** Programs of the regions whose streams are here, by their own addresses, and the health checks of the load balancer. */
function databaseFlows(place: Place): readonly Flow[] {
  const { database, network } = place.region;
  const guests = guestsOf(place);
  if (guests.length === 0) return [];
  const ports = database.kind === 'citus' ? clientPorts.guests.citus : clientPorts.guests.other;
  const ranges = [...guests.map((guest) => guest.network.range), network.loadBalancers];
  return [flow({ ranges }, dataParties.postgres, ports)];
}

/** Lag, and the mirrors: this region's reads the others, theirs read here. */
function kafkaFlows(place: Place): readonly Flow[] {
  const { environment, region } = place;
  const { kafka } = region;
  const isStrimzi = kafka.kind === 'strimzi';
  const isMeasured = programsOf(place).some(
    (program) => program.kind === 'worker' && isScaled(program, place),
  );
  const others = environment.regions.filter(({ name }) => name !== region.name);
  return [
    ...(isMeasured && isStrimzi
      ? [flow(operatorPods(place, 'keda', lagReaderLabels), dataParties.kafka, portsOf(region))]
      : []),
    ...(others.length === 0 || kafka.kind === 'confluent-cloud'
      ? []
      : [
          flow(dataParties.mirror, brokersOf(region), portsOf(region)),
          // Kafka Connect's workers pass requests on to their leader.
          flow(dataParties.mirror, dataParties.mirror, [8083]),
          ...others.map((other) =>
            other.kafka.kind === 'strimzi'
              ? flow(dataParties.mirror, { ranges: [other.network.loadBalancers] }, [kafkaNames.remotePort])
              : flow(dataParties.mirror, { ranges: [other.network.range] }, portsOf(other)),
          ),
        ]),
    ...(isStrimzi && others.length > 0
      ? [
          // Their pods, whose addresses the load balancers keep, and the health checks of those.
          flow(
            { ranges: [...others.map(({ network }) => network.range), region.network.loadBalancers] },
            dataParties.kafka,
            [kafkaNames.remotePort],
          ),
        ]
      : []),
  ];
}

/** What each operator asks of its pods: health, topics and users, configuration. */
function operatorFlows(place: Place, own: readonly OwnSystem[]): readonly Flow[] {
  const asks: readonly (readonly [string, OwnSystem, readonly number[] | 'all'])[] = [
    ['strimzi', 'kafka', [8443, 9090, 9091]],
    ['strimzi', 'mirror', [8083]],
    place.region.database.kind === 'citus'
      ? (['stackgres', 'postgres', 'all'] as const)
      : (['cloudnative-pg', 'postgres', [8000, 5432]] as const),
    ['percona-mongodb', 'mongo', clientPorts.mongo],
    ['redis', 'redis', clientPorts.redis],
  ];
  return asks
    .filter(([, system]) => own.includes(system))
    .map(([operator, system, ports]) => flow(operatorPods(place, operator), dataParties[system], ports));
}

function within(party: Pods): Flow {
  return flow(party, party, 'all');
}

function flow(from: Party, to: Party, ports: readonly number[] | 'all'): Flow {
  return { from, to, ports };
}

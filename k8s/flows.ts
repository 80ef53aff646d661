import type { Region } from '../environments/schema.ts';
import type { SystemName } from '../platform/resources.ts';
import { portsOf } from './kafka-access.ts';
import { kafkaNames, redisNames } from './names.ts';
import {
  anywhere,
  apiServer,
  clientPorts,
  clusterNames,
  dataParties,
  everyPodOf,
  gatewayPods,
  internet,
  lagReader,
  usersOf,
  type Party,
  type Pods,
} from './parties.ts';
import { namespaces, programPorts, type Place } from './place.ts';
import { isScaled, programsOf } from './programs.ts';

/** Who may speak to whom. Both ends get a rule, where they are pods of ours; whatever has no flow is refused. */
export type Flow = { readonly from: Party; readonly to: Party; readonly ports: readonly number[] | 'all' };

/** Every flow of a region, from its programs' needs, its routes and how its data systems are run. */
export function flowsOf(place: Place): readonly Flow[] {
  const { region } = place;
  const own = ownSystems(place);
  const used = new Set(programsOf(place).flatMap(({ systems }) => systems));
  return [
    ...Object.values(namespaces).map((namespace) => flow(everyPodOf(namespace), clusterNames, [53])),
    ...[...used].flatMap((system) => needsOf(place, system)),
    ...own.filter((system) => system !== 'mirror').map((system) => within(dataParties[system])),
    ...kafkaFlows(place),
    ...databaseFlows(place),
    flow(anywhere, everyPodOf(namespaces.edge), [8000, 8443]),
    flow(everyPodOf(namespaces.edge), gatewayPods, [programPorts.http]),
    // Kong's controller reads the routes; Kong counts requests.
    flow(everyPodOf(namespaces.edge), apiServer, [443, 6443]),
    flow(everyPodOf(namespaces.edge), dataParties.redis, [redisNames.port]),
    within(everyPodOf(namespaces.observability)),
    flow(everyPodOf(namespaces.programs), everyPodOf(namespaces.observability), [4318]),
    flow(everyPodOf(namespaces.observability), everyPodOf(namespaces.programs), [programPorts.metrics]),
    ...own.flatMap((system) =>
      (metricsPorts[system] ?? []).map((port) =>
        flow(everyPodOf(namespaces.observability), dataParties[system], [port]),
      ),
    ),
    // Operators' agents and jobs hold their leases, and find each other, there.
    flow(everyPodOf(namespaces.data), apiServer, [443, 6443]),
    ...own
      .filter((system) => system === 'postgres' || system === 'mongo')
      .map((system) => flow(dataParties[system], internet, [443])),
    ...operatorFlows(region, own),
  ];
}

type OwnSystem = keyof typeof dataParties;

/** Of the exporters; MongoDB has none. */
const metricsPorts: Readonly<Partial<Record<OwnSystem, readonly number[]>>> = {
  postgres: [9187],
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
      return [flow(users, region.mongo.kind === 'percona' ? dataParties.mongo : network, clientPorts.mongo)];
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

/** A region without a database uses its home region's, through the private network. */
function postgresOf({ environment, region }: Place): Party {
  const { database } = region;
  if (database.kind === 'citus' || database.kind === 'sharded') return dataParties.postgres;
  const holder = environment.regions.find(
    ({ name }) => name === (database.kind === 'remote' ? database.region : region.name),
  );
  return { ranges: [holder?.network.range ?? region.network.range] };
}

function postgresPorts({ database }: Region): readonly number[] {
  return database.kind === 'citus' ? clientPorts.postgres.citus : clientPorts.postgres.other;
}

/** Programs of the regions whose streams are here. */
function databaseFlows({ environment, region }: Place): readonly Flow[] {
  if (region.database.kind !== 'citus' && region.database.kind !== 'sharded') return [];
  return environment.regions
    .filter(({ database }) => database.kind === 'remote' && database.region === region.name)
    .map(({ network }) => flow({ ranges: [network.range] }, dataParties.postgres, postgresPorts(region)));
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
    ...(isMeasured && isStrimzi ? [flow(lagReader, dataParties.kafka, portsOf(region))] : []),
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
function operatorFlows({ database }: Region, own: readonly OwnSystem[]): readonly Flow[] {
  const asks: readonly (readonly [string, OwnSystem, readonly number[] | 'all'])[] = [
    ['strimzi-system', 'kafka', [8443, 9090, 9091]],
    ['strimzi-system', 'mirror', [8083]],
    database.kind === 'citus'
      ? (['stackgres-system', 'postgres', 'all'] as const)
      : (['cnpg-system', 'postgres', [8000, 5432]] as const),
    ['psmdb-system', 'mongo', clientPorts.mongo],
    ['redis-system', 'redis', clientPorts.redis],
  ];
  return [
    ...asks
      .filter(([, system]) => own.includes(system))
      .map(([namespace, system, ports]) => flow({ name: 'operator', namespace }, dataParties[system], ports)),
    flow({ name: 'operator', namespace: 'elastic-system' }, everyPodOf(namespaces.observability), [9200]),
  ];
}

function within(party: Pods): Flow {
  return flow(party, party, 'all');
}

function flow(from: Party, to: Party, ports: readonly number[] | 'all'): Flow {
  return { from, to, ports };
}

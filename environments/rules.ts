import { cloudOf } from './cloud-rules.ts';
import { linksOf, rangesOf } from './link-rules.ts';
import { meshOf } from './mesh-rules.ts';
import { criticalServices, poolerClients, type Size } from './parts.ts';
import { dataRequestsOf, gatewayRequestsOf, observabilityRequestsOf } from './requests.ts';
import type { Environment, Region } from './schema.ts';

export type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

/** What an environment breaks of the rules that need more than one of its fields. */
export function problemsOf(environment: Environment): readonly Problem[] {
  return [
    ...unique(environment),
    ...wavesOf(environment),
    ...copiesOf(environment),
    ...rangesOf(environment),
    ...linksOf(environment),
    ...meshOf(environment),
    ...cloudOf(environment),
    ...bucketsOf(environment),
    ...edgeWorkerOf(environment),
    ...(environment.replicas && environment.replicas.mostAtMost > environment.partitions
      ? [
          {
            path: ['replicas', 'mostAtMost'],
            message: `${environment.replicas.mostAtMost} replicas are more than the ${environment.partitions} partitions that they share`,
          },
        ]
      : []),
    ...(environment.images.requireDigest && environment.images.digest === null
      ? [{ path: ['images', 'digest'], message: 'is required here (images.requireDigest)' }]
      : []),
    ...environment.regions.flatMap((region, index) =>
      [...regionProblems(environment, region), ...poolProblems(environment, region)].map(
        ({ path, message }) => ({
          path: ['regions', index, ...path],
          message: `${region.name}: ${message}`,
        }),
      ),
    ),
  ];
}

function regionProblems({ name: environment, regions, partitions }: Environment, region: Region): Problem[] {
  const names = regions.map(({ name }) => name);
  const problems: Problem[] = [];
  const add = (path: readonly string[], message: string): void => void problems.push({ path, message });
  if (region.cluster !== `${environment}-${region.name}`)
    add(['cluster'], `must be ${environment}-${region.name}`);
  for (const field of ['home', 'standby'] as const) {
    const target = region[field];
    if (target !== null && !names.includes(target)) {
      add([field], `there is no region ${target} in this environment`);
    }
  }
  if (region.standby === region.name) add(['standby'], 'a region cannot be its own standby');
  if (region.home !== region.name && region.standby !== null) {
    add(['standby'], 'only a home region has a standby');
  }
  const home = regions.find(({ name }) => name === region.home);
  if (home && home.home !== home.name) add(['home'], `${home.name} is not a home region itself`);
  const { database } = region;
  if (database.kind === 'remote') {
    const target = regions.find(({ name }) => name === database.region);
    if (!target) add(['database', 'region'], `there is no region ${database.region} in this environment`);
    else if (target.database.kind === 'remote') add(['database', 'region'], `${target.name} has no database`);
    if (database.region !== region.home)
      add(['database', 'region'], `must be the home region, ${region.home}`);
  } else if (region.home !== region.name) {
    add(['database', 'kind'], 'a region that is no home keeps no database of its own');
  }
  const { mongo } = region;
  if (mongo.kind === 'percona' && mongo.homeShards > mongo.shards) {
    add(['mongo', 'homeShards'], `${mongo.homeShards} of ${mongo.shards} shards`);
  }
  if (database.kind === 'sharded') {
    const { shards, router, pooler } = database;
    if (shards > partitions) {
      add(['database', 'shards'], `${shards} shards, but only ${partitions} buckets to put into them`);
    }
    if (router.replicas * router.poolSize > pooler.replicas * pooler.poolSize * poolerClients) {
      add(['database', 'router', 'poolSize'], 'the routers open more connections than a pooler takes');
    }
  }
  if (region.role === 'optional') {
    const others = region.services.filter((service) => !criticalServices.includes(service));
    if (others.length > 0) add(['services'], `only critical services run here, not ${others.join(', ')}`);
  }
  const { min, max } = region.apiGateway.replicas;
  if (min > max) add(['apiGateway', 'replicas'], `at least ${min} and at most ${max} pods`);
  return problems;
}

/** Pools that are smaller than what is asked of them leave pods waiting. */
function poolProblems(environment: Environment, region: Region): Problem[] {
  const requested = {
    programs: sum([region.programs, gatewayRequestsOf(region)]),
    data: sum([dataRequestsOf(region), observabilityRequestsOf(environment)]),
  };
  return Object.entries(requested).flatMap(([purpose, requests]) => {
    const pools = region.nodePools.filter((pool) => pool.purpose === purpose);
    const limit = sum(pools.map((pool) => pool.limit));
    if (limit.cpu >= requests.cpu && limit.memoryGiB >= requests.memoryGiB) return [];
    const message = `the ${purpose} pools have ${limit.cpu} CPU and ${limit.memoryGiB} GiB, less than the ${requests.cpu} CPU and ${requests.memoryGiB} GiB asked for`;
    return [{ path: ['nodePools'], message }];
  });
}

function sum(sizes: readonly Size[]): Size {
  return {
    cpu: sizes.reduce((total, { cpu }) => total + cpu, 0),
    memoryGiB: sizes.reduce((total, { memoryGiB }) => total + memoryGiB, 0),
  };
}

function unique({ regions }: Environment): Problem[] {
  const seen = new Set<string>();
  return regions.flatMap(({ name, cluster }, index) => {
    const repeated = [name, `cluster ${cluster}`].filter((value) => seen.has(value));
    seen.add(name).add(`cluster ${cluster}`);
    return repeated.map((value) => ({ path: ['regions', index], message: `${value} is there twice` }));
  });
}

function wavesOf({ delivery, regions }: Environment): Problem[] {
  const inWaves = delivery.waves.flat();
  const path = ['delivery', 'waves'];
  if (delivery.follows === 'main') {
    return inWaves.length > 0 ? [{ path, message: 'an environment that follows main has no waves' }] : [];
  }
  const names = regions.map(({ name }) => name);
  return [
    ...inWaves
      .filter((name) => !names.includes(name))
      .map((name) => ({ path, message: `there is no region ${name} in this environment` })),
    ...names
      .filter((name) => inWaves.filter((other) => other === name).length !== 1)
      .map((name) => ({ path, message: `${name} must be in exactly one wave` })),
  ];
}

/** A route needs a zone around it, and the Worker must not be its own origin. */
function edgeWorkerOf({ edgeWorker: { host, zone }, domain }: Environment): Problem[] {
  const path = ['edgeWorker', 'host'];
  return [
    ...(host === zone || host.endsWith(`.${zone}`)
      ? []
      : [{ path, message: `${host} is not in the zone ${zone}` }]),
    ...(host === `api.${domain}` || host.endsWith(`.api.${domain}`)
      ? [{ path, message: `${host} is a name of the API, which the Worker itself asks` }]
      : []),
  ];
}

/** Copies of a message need a broker each, and a majority must be able to go on without one of them. */
function copiesOf({ topics, regions }: Environment): Problem[] {
  const { replicationFactor, minInsyncReplicas } = topics;
  const tooFew = regions.flatMap(({ name, kafka }, index) =>
    kafka.kind !== 'confluent-cloud' && kafka.brokers < replicationFactor
      ? [
          {
            path: ['regions', index, 'kafka', 'brokers'],
            message: `${name}: ${kafka.brokers} brokers cannot keep ${replicationFactor} copies`,
          },
        ]
      : [],
  );
  return minInsyncReplicas > replicationFactor ||
    (replicationFactor > 1 && minInsyncReplicas === replicationFactor)
    ? [
        ...tooFew,
        {
          path: ['topics', 'minInsyncReplicas'],
          message: `${minInsyncReplicas} of ${replicationFactor} copies would stop at the loss of one broker`,
        },
      ]
    : tooFew;
}

/** A bucket is in one cloud region, and two systems that write the same paths spoil each other's log. */
function bucketsOf({ regions }: Environment): Problem[] {
  const seen = new Set<string>();
  return regions.flatMap((region, index) =>
    (['database', 'mongo'] as const).flatMap((system) => {
      const part = region[system];
      if (!('backup' in part) || !('bucket' in part.backup)) return [];
      const { bucket } = part.backup;
      const isRepeated = seen.has(bucket);
      seen.add(bucket);
      return isRepeated
        ? [
            {
              path: ['regions', index, system, 'backup', 'bucket'],
              message: `${region.name}: the bucket ${bucket} is another system's or another region's`,
            },
          ]
        : [];
    }),
  );
}

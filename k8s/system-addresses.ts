import type { SystemName } from '../platform/resources.ts';
import { mongoNames, postgresNames } from './names.ts';
import { namespaces, type Place } from './place.ts';

/**
 * The addresses of a system that runs in the region's own cluster, by variable, as templates of External Secrets: only the
 * password is in the store. Nothing for a system that is elsewhere; its whole address is in the store then.
 */
export function ownAddressesOf(system: SystemName, place: Place): Readonly<Record<string, string>> {
  const { region } = place;
  if (system === 'postgres') {
    const { database, user, port, remoteHost } = postgresNames;
    const keeper = keeperOf(place);
    if (keeper !== undefined) {
      const there = remoteHost(keeper.region.name, keeper.environment.domain);
      const known = `sslmode=verify-full&sslrootcert=${keeperAuthority.folder}/${keeperAuthority.file}`;
      return { POSTGRES_URL: `postgres://${user}:${password}@${there}:${port}/${database}?${known}` };
    }
    const host = postgresHosts[region.database.kind];
    if (host === null) return {};
    return { POSTGRES_URL: `postgres://${user}:${password}@${inData(host)}:${port}/${database}` };
  }
  if (system === 'mongo' && region.mongo.kind === 'percona') {
    return { MONGO_URL: mongoUrl(mongoNames.user, password) };
  }
  return {};
}

/** Where programs have the authority of a database that another region keeps. */
export const keeperAuthority = { folder: '/etc/postgres/ca', file: 'ca.crt' } as const;

/** The region that keeps the database of this one's programs behind a name of its own; a provider's has its own. */
export function keeperOf({ environment, region }: Place): Place | undefined {
  const { database } = region;
  if (database.kind !== 'remote') return undefined;
  const keeper = environment.regions.find(({ name }) => name === database.region);
  const isOurs = keeper?.database.kind === 'citus' || keeper?.database.kind === 'sharded';
  return keeper !== undefined && isOurs ? { environment, region: keeper } : undefined;
}

/** The regions whose programs use the database that this one keeps. */
export function guestsOf({ environment, region }: Place): readonly Place['region'][] {
  return environment.regions.filter(
    (guest) => keeperOf({ environment, region: guest })?.region.name === region.name,
  );
}

/**
 * Where a region's programs find Aurora: what is written goes to the one writer, wherever that is, since Aurora forwards no
 * statement that takes a number of a sequence; what is read, to the region's own.
 */
export function auroraOf({ environment, region }: Place): readonly Place['region'][] {
  const holder = region.database.kind === 'remote' ? region.database.region : region.name;
  const named = (name: string): Place['region'] | undefined =>
    environment.regions.find((other) => other.name === name);
  const database = named(holder)?.database;
  if (database?.kind !== 'aurora-global') return [];
  return [...new Set([holder, database.primaryRegion])].flatMap((name) => named(name) ?? []);
}

/** The addresses that ask a region's Aurora. */
export function usersOfAurora({ environment, region }: Place): readonly string[] {
  return environment.regions
    .filter((user) => auroraOf({ environment, region: user }).some(({ name }) => name === region.name))
    .map(({ network }) => network.range);
}

/** PostgreSQL itself beside its pooler, where it runs in the region's own cluster: what only a session can do needs it. */
export function directPostgresOf({ region }: Place): string | undefined {
  if (region.database.kind !== 'citus') return undefined;
  const { database, user, directPort, cluster } = postgresNames;
  return `postgres://${user}:${password}@${inData(cluster)}:${directPort}/${database}`;
}

/** The programs' database, another region's included, where its tables are distributed by bucket. */
export function citusOf({ environment, region }: Place) {
  const { database } = region;
  const home =
    database.kind === 'remote'
      ? environment.regions.find(({ name }) => name === database.region)?.database
      : database;
  return home?.kind === 'citus' ? home : undefined;
}

/** The address of the read models for a user of the region's own cluster. */
export function mongoUrl(user: string, userPassword: string): string {
  const { cluster, database, port } = mongoNames;
  const host = inData(`${cluster}-mongos`);
  return `mongodb://${user}:${userPassword}@${host}:${port}/${database}?authSource=admin`;
}

const password = '{{ .password | urlquery }}';

const postgresHosts: Readonly<Record<Place['region']['database']['kind'], string | null>> = {
  // The coordinator's pooler.
  citus: postgresNames.cluster,
  sharded: postgresNames.router,
  'aurora-global': null,
  remote: null,
};

const inData = (service: string): string => `${service}.${namespaces.data}.svc`;

import type { SystemName } from '../platform/resources.ts';
import { mongoNames, postgresNames } from './names.ts';
import { namespaces, type Place } from './place.ts';

/**
 * The addresses of a system that runs in the region's own cluster, by variable, as templates of External Secrets: only the
 * password is in the store. Nothing for a system that is elsewhere; its whole address is in the store then.
 */
export function ownAddressesOf(system: SystemName, { region }: Place): Readonly<Record<string, string>> {
  if (system === 'postgres') {
    const { database, user, port } = postgresNames;
    const host = postgresHosts[region.database.kind];
    if (host === null) return {};
    return { POSTGRES_URL: `postgres://${user}:${password}@${inData(host)}:${port}/${database}` };
  }
  if (system === 'mongo' && region.mongo.kind === 'percona') {
    return { MONGO_URL: mongoUrl(mongoNames.user, password) };
  }
  return {};
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

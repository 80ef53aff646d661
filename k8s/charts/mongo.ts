import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { assuming, mongoAccount } from '../cloud/roles.ts';
import { customObject, inWave, keepOnPrune } from '../custom-object.ts';
import { mongoNames, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { dataNodes, overZones, requestsAndLimits, volumeOf } from './data-parts.ts';
import { addZones, shardName } from './mongo-zones.ts';
import { addExternalSecret, addStoredSecret, passwordOf } from './stored-secret.ts';

type Kind<Name extends string> = Extract<Place['region']['mongo'], { kind: Name }>;

/** The read models: a sharded cluster by Percona's operator, or one of Atlas. */
export function addMongo(chart: Chart, place: Place): void {
  const { mongo } = place.region;
  if (mongo.kind === 'percona') addCluster(chart, place, mongo);
  else addAtlas(chart, place, mongo);
}

function addCluster(chart: Chart, place: Place, mongo: Kind<'percona'>): void {
  const { region } = place;
  const claim = { volumeSpec: { persistentVolumeClaim: volumeOf(mongo) } };
  const budget = { podDisruptionBudget: { maxUnavailable: 1 } };
  customObject(chart, 'cluster', {
    apiVersion: 'psmdb.percona.com/v1',
    kind: 'PerconaServerMongoDB',
    name: mongoNames.cluster,
    namespace: namespaces.data,
    annotations: { ...inWave('data'), ...keepOnPrune },
    spec: {
      crVersion: '1.22.0',
      image: 'percona/percona-server-mongodb:8.0.17-6',
      updateStrategy: 'SmartUpdate',
      secrets: { users: mongoNames.usersSecret },
      users: [
        {
          name: mongoNames.user,
          db: 'admin',
          passwordSecretRef: { name: mongoNames.userSecret, key: 'password' },
          roles: [{ name: 'readWrite', db: mongoNames.database }],
        },
      ],
      ...unsafeFlagsOf(mongo),
      sharding: {
        enabled: true,
        balancer: { enabled: true },
        configsvrReplSet: {
          size: mongo.configServers,
          serviceAccountName: mongoAccount,
          resources: requestsAndLimits(mongo.configServer),
          ...placed({ 'app.kubernetes.io/replset': 'cfg' }),
          ...budget,
          volumeSpec: { persistentVolumeClaim: volumeOf({ ...mongo, storageGiB: 20 }) },
        },
        mongos: {
          size: mongo.routers,
          resources: requestsAndLimits(mongo.router),
          ...placed({ 'app.kubernetes.io/component': 'mongos' }),
          ...budget,
        },
      },
      replsets: Array.from({ length: mongo.shards }, (_, index) => ({
        name: shardName(index),
        size: mongo.replicas,
        serviceAccountName: mongoAccount,
        resources: requestsAndLimits(mongo.node),
        ...placed({ 'app.kubernetes.io/replset': shardName(index) }),
        ...budget,
        ...claim,
      })),
      backup: {
        enabled: true,
        image: 'percona/percona-backup-mongodb:2.12.0',
        pitr: { enabled: true, oplogSpanMin: 1 },
        storages: {
          archive: {
            type: 's3',
            s3: {
              bucket: mongo.backup.bucket,
              prefix: region.name,
              region: region.cloudRegion,
            },
          },
        },
        tasks: [
          {
            name: 'daily',
            enabled: true,
            schedule: mongo.backup.schedule,
            retention: { type: 'count', count: mongo.backup.retentionDays, deleteFromStorage: true },
            storageName: 'archive',
          },
        ],
      },
    },
  });
  addStoredSecret(chart, place, mongoNames.usersSecret);
  addUser(chart, place);
  addAccount(chart, place);
  addZones(chart, place, mongo);
}

/** Whose pods write backups: the agent beside each server has AWS's role by it, and no key is stored. */
function addAccount(chart: Chart, place: Place): void {
  new k8s.KubeServiceAccount(chart, 'account', {
    metadata: {
      name: mongoAccount,
      namespace: namespaces.data,
      labels: { 'app.kubernetes.io/name': mongoAccount },
      annotations: { ...inWave('operatorsReady'), ...assuming(place, 'mongo-backups') },
    },
    // Neither the server nor the agent asks Kubernetes.
    automountServiceAccountToken: false,
  });
}

/** A majority outlives a machine, and where there are three zones a zone. */
function placed(labels: Readonly<Record<string, string>>): Record<string, unknown> {
  return {
    ...dataNodes,
    affinity: { antiAffinityTopologyKey: 'kubernetes.io/hostname' },
    topologySpreadConstraints: overZones(
      { 'app.kubernetes.io/instance': mongoNames.cluster, ...labels },
      'DoNotSchedule',
    ),
  };
}

/** The password that the programs have. */
function addUser(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name: mongoNames.userSecret,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: passwordOf(place, 'mongo'),
  });
}

/** The operator refuses fewer than three members or two routers, unless told that it is meant. */
function unsafeFlagsOf(mongo: Kind<'percona'>): { unsafeFlags?: Record<string, boolean> } {
  const unsafeFlags = {
    ...(Math.min(mongo.replicas, mongo.configServers) < 3 ? { replsetSize: true } : {}),
    ...(mongo.routers < 2 ? { mongosSize: true } : {}),
  };
  return Object.keys(unsafeFlags).length === 0 ? {} : { unsafeFlags };
}

/** Ordered through the Atlas operator, in a project that is there; the key to it is stored. */
function addAtlas(chart: Chart, place: Place, mongo: Kind<'atlas'>): void {
  const { environment, region } = place;
  const { atlasSecret } = mongoNames;
  customObject(chart, 'cluster', {
    apiVersion: 'atlas.mongodb.com/v1',
    kind: 'AtlasDeployment',
    name: mongoNames.cluster,
    namespace: namespaces.data,
    annotations: { ...inWave('data'), ...keepOnPrune },
    spec: {
      externalProjectRef: { id: mongo.projectId },
      connectionSecret: { name: atlasSecret },
      deploymentSpec: {
        clusterType: 'SHARDED',
        name: `${environment.name}-${region.name}`,
        replicationSpecs: [
          {
            numShards: mongo.shards,
            regionConfigs: [
              {
                providerName: 'AWS',
                regionName: region.cloudRegion.toUpperCase().replaceAll('-', '_'),
                electableSpecs: { instanceSize: mongo.instanceSize, nodeCount: 3 },
                priority: 7,
              },
            ],
          },
        ],
      },
    },
  });
  addExternalSecret(chart, {
    name: atlasSecret,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: { dataFrom: [{ extract: { key: secretPath(place, atlasSecret) } }] },
    template: Object.fromEntries(
      ['orgId', 'publicApiKey', 'privateApiKey'].map((key) => [key, `{{ .${key} }}`]),
    ),
    // The operator reads no other secrets.
    form: { labels: { 'atlas.mongodb.com/type': 'credentials' } },
  });
}

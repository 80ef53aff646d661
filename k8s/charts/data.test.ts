import { App, Chart, Testing } from 'cdk8s';
import { expect, it } from 'vitest';
import { topicRetentionDays } from '../../contracts/topics.ts';
import { environmentNamed, environments } from '../../environments/index.ts';
import type { Region } from '../../environments/schema.ts';
import { addKafka } from './kafka.ts';
import { addLinks } from './links.ts';
import { addMongo } from './mongo.ts';
import { addPostgres } from './postgres.ts';
import { addRedis } from './redis.ts';
import { atlas, aurora, shards } from '../testing/data-forms.ts';

const production = environmentNamed('production');
type Add = typeof addKafka;
type Rendered = { kind: string; metadata: { name: string }; spec: Record<string, any> };

function rendered(add: Add, region: Region): Rendered[] {
  const chart = new Chart(new App(), 'test');
  add(chart, { environment: production, region });
  return Testing.synth(chart) as Rendered[];
}

const perRegion = (add: Add, count: (objects: Rendered[]) => number): number[] =>
  production.regions.map((region) => count(rendered(add, region)));
const ofKind = (objects: Rendered[], kind: string): Rendered[] => objects.filter((one) => one.kind === kind);

it('has the brokers and topics of the system design', () => {
  const brokers = perRegion(
    addKafka,
    (objects) => objects.find(({ metadata }) => metadata.name === 'brokers')!.spec['replicas'],
  );
  expect(brokers).toEqual([15, 15, 12, 9]);
  const topics = ofKind(rendered(addKafka, production.regions[0]!), 'KafkaTopic').filter(
    ({ metadata }) => !/\.|mirror/.test(metadata.name),
  );
  expect(topics).toHaveLength(10);
  for (const { spec } of topics) {
    expect(spec).toMatchObject({ partitions: 100, replicas: 3 });
    expect(spec['config']).toEqual({
      'retention.ms': topicRetentionDays * 86_400_000,
      'min.insync.replicas': 2,
      'compression.type': 'lz4',
    });
  }
});

it('mirrors what crosses regions from each other region, and nothing else', () => {
  const [mirror] = ofKind(rendered(addLinks, production.regions[0]!), 'KafkaMirrorMaker2');
  expect(mirror?.spec['mirrors'].map((one: any) => one.source.alias)).toEqual([
    'us-west',
    'eu-central',
    'ap-southeast',
  ]);
  expect(mirror?.spec['mirrors'][0].topicsPattern).not.toMatch(/audit|cache|dead/);
});

it('gives no Kafka user more than its declaration', () => {
  const [user] = ofKind(rendered(addKafka, production.regions[0]!), 'KafkaUser').filter(
    ({ metadata }) => metadata.name === 'reserve-stock',
  );
  const acls = user?.spec['authorization'].acls.map((acl: any) => [acl.resource.name, acl.operations.join()]);
  expect(acls).toEqual([
    ['order-events', 'Read,Describe'],
    ['reserve-stock', 'Read,Describe'],
    ['dead-letter-events', 'Write,Describe'],
  ]);
});

it('has the nodes of Redis, Citus and MongoDB of the system design', () => {
  const redis = perRegion(addRedis, ([cluster]) => {
    const { redisLeader, redisFollower } = cluster!.spec;
    return redisLeader.replicas + redisFollower.replicas;
  });
  const citus = perRegion(addPostgres, (objects) =>
    ofKind(objects, 'SGShardedCluster').reduce(
      (sum, { spec }) =>
        sum + spec['coordinator'].instances + spec['shards'].clusters * spec['shards'].instancesPerCluster,
      0,
    ),
  );
  const mongo = perRegion(addMongo, (objects) =>
    ofKind(objects, 'PerconaServerMongoDB')[0]!.spec['replsets'].reduce(
      (sum: number, { size }: { size: number }) => sum + size,
      0,
    ),
  );
  expect(redis).toEqual([18, 18, 12, 6]);
  expect(citus).toEqual([31, 31, 31, 0]);
  expect(mongo).toEqual([36, 36, 36, 36]);
});

it('gives each Redis Cluster three masters or more, a password, and copies on machines of their own', () => {
  for (const region of production.regions) {
    const [cluster] = ofKind(rendered(addRedis, region), 'RedisCluster');
    const { redisLeader, redisFollower, kubernetesConfig } = cluster!.spec;
    expect(redisLeader.replicas).toBeGreaterThanOrEqual(3);
    for (const role of [redisLeader, redisFollower]) {
      expect(role.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
    }
    const [secret] = ofKind(rendered(addRedis, region), 'ExternalSecret');
    expect(secret?.metadata.name).toBe(kubernetesConfig.redisSecret.name);
    expect(secret?.spec['data'][0].remoteRef).toEqual({
      key: `meridian/production/${region.name}/system-redis`,
      property: 'password',
    });
  }
});

const bucketsOf = (region: Region): readonly [string, string][] =>
  [...rendered(addPostgres, region), ...rendered(addMongo, region)].flatMap(({ kind, spec }) => {
    const s3 =
      kind === 'SGObjectStorage'
        ? spec['s3']
        : kind === 'PerconaServerMongoDB'
          ? spec['backup'].storages.archive.s3
          : undefined;
    return s3 === undefined ? [] : [[s3.bucket, s3.region] as [string, string]];
  });

it('keeps the backups of each region in that region, and of each system for itself', () => {
  const all = production.regions.flatMap((region) =>
    bucketsOf(region).map(([bucket, cloudRegion]) => {
      expect(cloudRegion).toBe(region.cloudRegion);
      return bucket;
    }),
  );
  expect(all).toHaveLength(7);
  expect(new Set(all).size).toBe(7);
});

it('renders each form of the database', () => {
  const [region] = production.regions as [Region];
  const onAurora = rendered(addPostgres, { ...region, ...aurora(region) });
  expect(ofKind(onAurora, 'ClusterInstance')).toHaveLength(11);
  const master = ofKind(onAurora, 'Cluster')[0]!.spec['forProvider'].masterPasswordSecretRef;
  expect(ofKind(onAurora, 'ExternalSecret').map(({ metadata }) => metadata.name)).toEqual([master.name]);
  const sharded = rendered(addPostgres, { ...region, ...shards(region) });
  expect(ofKind(sharded, 'Cluster')).toHaveLength(50);
  expect(ofKind(sharded, 'Pooler')).toHaveLength(50);
});

it('renders each form of MongoDB', () => {
  const [region] = production.regions as [Region];
  const [deployment, secret] = rendered(addMongo, { ...region, ...atlas(region) });
  expect([deployment?.kind, secret?.kind]).toEqual(['AtlasDeployment', 'ExternalSecret']);
  expect(deployment!.spec['connectionSecret'].name).toBe(secret!.spec['target'].name);
  // The operator overlooks a secret without it.
  expect(secret!.spec['target'].template.metadata.labels).toEqual({
    'atlas.mongodb.com/type': 'credentials',
  });
});

it('asks the operators of small environments for nothing that they refuse', () => {
  for (const { regions } of environments) {
    for (const region of regions) {
      const kafka = rendered(addKafka, region);
      const brokers = kafka.find(({ metadata }) => metadata.name === 'brokers')!.spec['replicas'];
      const isBalanced = ofKind(kafka, 'Kafka')[0]!.spec['cruiseControl'] !== undefined;
      expect([brokers, isBalanced]).toEqual([brokers, brokers > 1]);
      expect(ofKind(kafka, 'KafkaRebalance')).toHaveLength(isBalanced ? 1 : 0);

      const [mongo] = ofKind(rendered(addMongo, region), 'PerconaServerMongoDB');
      const { sharding, replsets, unsafeFlags = {} } = mongo!.spec;
      const members = Math.min(sharding.configsvrReplSet.size, replsets[0].size);
      expect([region.cluster, unsafeFlags.replsetSize ?? false]).toEqual([region.cluster, members < 3]);
      expect([region.cluster, unsafeFlags.mongosSize ?? false]).toEqual([
        region.cluster,
        sharding.mongos.size < 2,
      ]);
    }
  }
});

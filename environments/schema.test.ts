import { describe, expect, it } from 'vitest';
import { topicRetentionDays } from '../contracts/topics.ts';
import { environmentNamed, environments } from './index.ts';
import { defineEnvironment, type Environment } from './schema.ts';

const production = environmentNamed('production');

const node = { cpu: 2, memoryGiB: 4 };
const sharded = {
  kind: 'sharded',
  shards: 50,
  instancesPerShard: 1,
  node,
  storageGiB: 100,
  storageClass: 'meridian-ssd',
  pooler: { replicas: 2, node, poolSize: 100 },
  router: { image: `pgdog@sha256:${'0'.repeat(64)}`, replicas: 5, node, poolSize: 50 },
  backup: { schedule: '0 3 * * *', retentionDays: 30, bucket: 'backups' },
};

/** Production with one thing changed. */
function changed(change: (environment: Record<string, any>) => void): () => Environment {
  const copy = structuredClone(production) as Record<string, any>;
  change(copy);
  return () => defineEnvironment(copy as never);
}

describe('the environments', () => {
  it('have the regions and the figures of the system design', () => {
    expect(environments.map(({ name, regions }) => [name, regions.length])).toEqual([
      ['dev', 1],
      ['staging', 2],
      ['production', 4],
    ]);
    const brokers = production.regions.map(({ kafka }) => (kafka.kind === 'strimzi' ? kafka.brokers : 0));
    const redisNodes = production.regions.map(({ redis }) => redis.shards * redis.nodesPerShard);
    expect(brokers).toEqual([15, 15, 12, 9]);
    expect(redisNodes).toEqual([18, 18, 12, 6]);
  });

  it('are found by name, and a name that is none is refused with those that are', () => {
    expect(() => environmentNamed('prod')).toThrow(
      'there is no environment "prod": dev, staging, production',
    );
  });
});

describe('an environment that breaks a rule is refused with the field and the rule', () => {
  const cases: [string, (environment: Record<string, any>) => void, string][] = [
    ['an unknown key', (e) => void (e['extra'] = 1), 'unknown key extra'],
    ['an unknown key of a region', (e) => void (e['regions'][0].extra = 1), 'regions.0: unknown key extra'],
    ['a region that does not exist', (e) => void (e['regions'][0].name = 'moon'), 'regions.0.name'],
    [
      'a standby that is not there',
      (e) => void e['regions'].splice(1, 1),
      'there is no region us-west in this environment',
    ],
    [
      'a region without a way in that another leans on',
      (e) => void (e['regions'][1].eastWest = null),
      'us-west: is required, another region leans on this one',
    ],
    [
      'a way in outside the subnets of load balancers',
      (e) => void (e['regions'][0].eastWest.addresses[2] = '10.17.240.10'),
      'us-east: 10.17.240.10 is not in 10.16.240.0/22',
    ],
    [
      'a zone without an address of the way in',
      (e) => void e['regions'][0].eastWest.addresses.pop(),
      'us-east: 2 addresses, not another one for each of 3 zones',
    ],
    [
      'regions that lean on each other without a root to trust',
      (e) => void (e['meshRoot'] = null),
      'meshRoot: is required where one region leans on another',
    ],
    [
      'a root that is no certificate',
      (e) => void (e['meshRoot'] = '-----BEGIN CERTIFICATE-----\nno\n'),
      'meshRoot: must be the certificate of an authority, signed by itself',
    ],
    [
      'a Worker outside its zone',
      (e) => void (e['edgeWorker'].zone = 'example.com'),
      'edgeWorker.host: www.meridian.example is not in the zone example.com',
    ],
    [
      'a Worker that would ask itself',
      (e) => void (e['edgeWorker'].host = 'api.meridian.example'),
      'edgeWorker.host: api.meridian.example is a name of the API',
    ],
    [
      'its own standby',
      (e) => void (e['regions'][0].standby = 'us-east'),
      'regions.0.standby: us-east: a region cannot be its own standby',
    ],
    [
      'more replicas than partitions',
      (e) => void (e['replicas'] = { leastAtMost: 1, mostAtMost: 101 }),
      'replicas.mostAtMost: 101 replicas are more than the 100 partitions that they share',
    ],
    [
      'a service that is not critical in the optional region',
      (e) => e['regions'][3].services.push('analytics'),
      'ap-southeast: only critical services run here, not analytics',
    ],
    [
      'a scaler of Kong that ends below its least',
      (e) => void (e['regions'][0].apiGateway.replicas = { min: 4, max: 3 }),
      'regions.0.apiGateway.replicas: us-east: at least 4 and at most 3 pods',
    ],
    [
      'a blocked address that is no range',
      (e) => void (e['apiLimits'].blockedAddresses = ['somewhere']),
      'apiLimits.blockedAddresses.0',
    ],
    [
      'node pools that are too small',
      (e) => void (e['regions'][0].nodePools[0].limit.cpu = 10),
      'us-east: the data pools have 10 CPU',
    ],
    ['a digest that is missing', (e) => void (e['images'].digest = null), 'images.digest: is required here'],
    [
      'a region in no wave',
      (e) => void e['delivery'].waves.pop(),
      'delivery.waves: us-east must be in exactly one wave',
    ],
    [
      'a region in two waves',
      (e) => e['delivery'].waves.push(['us-west']),
      'us-west must be in exactly one wave',
    ],
    ['a cluster named twice', (e) => void (e['regions'][1].cluster = 'production-us-east'), 'is there twice'],
    [
      'more copies than brokers',
      (e) => void (e['regions'][3].kafka.brokers = 2),
      'ap-southeast: 2 brokers cannot keep 3 copies',
    ],
    [
      'no copy to spare',
      (e) => void (e['topics'].minInsyncReplicas = 3),
      '3 of 3 copies would stop at the loss of one broker',
    ],
    [
      'messages that outlive what inboxes remember',
      (e) => void (e['topics'].retentionDays = topicRetentionDays + 1),
      'topics.retentionDays',
    ],
    [
      'the database of another region than the home',
      (e) => void (e['regions'][3].database.region = 'us-east'),
      'must be the home region, us-west',
    ],
    [
      'addresses of two regions',
      (e) => void (e['regions'][2].network.range = '10.16.128.0/17'),
      'eu-central: 10.16.128.0/17 has addresses of us-east',
    ],
    [
      'load balancers outside the network',
      (e) => void (e['regions'][0].network.loadBalancers = '10.17.240.0/22'),
      'us-east: 10.17.240.0/22 is not in 10.16.0.0/16',
    ],
    [
      'Confluent Cloud in one of several regions',
      (e) =>
        void (e['regions'][1].kafka = {
          kind: 'confluent-cloud',
          bootstrapServers: ['pkc-1.us-west-2.aws.confluent.cloud:9092'],
        }),
      'us-west: Confluent Cloud links its clusters itself, which nothing here declares: one region only',
    ],
    [
      'MSK in one of several regions',
      (e) =>
        void (e['regions'][1].kafka = {
          kind: 'msk',
          brokers: 3,
          instanceType: 'kafka.m7g.large',
          storageGiB: 100,
          bootstrapServers: ['b-1.example.com:9094'],
          certificateAuthorityArn: 'arn:aws:acm-pca:us-west-2:1:certificate-authority/a',
          subnets: ['subnet-1'],
          securityGroups: ['sg-1'],
          mirror: { replicas: 1, node: { cpu: 1, memoryGiB: 2 } },
        }),
      'us-west: mirrors need the kind of us-east in every region',
    ],
    [
      'a broker without its port',
      (e) =>
        void (e['regions'][1].kafka = {
          kind: 'confluent-cloud',
          bootstrapServers: ['pkc-1.confluent.cloud'],
        }),
      'regions.1.kafka.bootstrapServers.0: must be host:port',
    ],
    [
      'a bucket of two regions',
      (e) => void (e['regions'][1].database.backup.bucket = e['regions'][0].database.backup.bucket),
      "us-west: the bucket meridian-production-us-east-postgres is another system's or another region's",
    ],
    [
      'backups more often than once a day',
      (e) => void (e['regions'][0].mongo.backup.schedule = '0 */6 * * *'),
      'must be a cron expression of once a day',
    ],
    [
      'more shards than buckets',
      (e) => void (e['regions'][0].database = { ...sharded, shards: 101 }),
      'us-east: 101 shards, but only 100 buckets to put into them',
    ],
    [
      'routers that open more connections than a pooler takes',
      (e) => void (e['regions'][0].database = { ...sharded, pooler: { ...sharded.pooler, poolSize: 10 } }),
      'the routers open more connections than a pooler takes',
    ],
    [
      'more shards of its own than a MongoDB has',
      (e) => void (e['regions'][0].mongo.homeShards = 13),
      'us-east: 13 of 12 shards',
    ],
    [
      'two masters of a Redis Cluster',
      (e) => void (e['regions'][3].redis.shards = 2),
      'regions.3.redis.shards: Too small',
    ],
  ];
  it.each(cases)('%s', (_, change, message) => {
    expect(changed(change)).toThrow(message);
  });

  it('and all problems are told at once, a line each', () => {
    const broken = changed((e) => {
      e['partitions'] = 0;
      e['domain'] = 'nowhere';
    });
    expect(broken).toThrow(/environments\/production\.ts: domain: .*\n.*partitions: /);
  });
});

import { z } from 'zod';
import { bucketName } from './cloud.ts';

/** The four regions of the system design. */
export const regionNames = ['us-east', 'us-west', 'eu-central', 'ap-southeast'] as const;
export const regionName = z.enum(regionNames);

/** The ten services of the system design, and the audit trail, which it has as a topic only. */
export const serviceNames = [
  'user',
  'product',
  'order',
  'inventory',
  'payment',
  'shipping',
  'notification',
  'analytics',
  'fraud',
  'recommendation',
  'audit',
] as const;
export const serviceName = z.enum(serviceNames);

/** Without these nobody can buy: the only ones of a region whose role is `optional`. */
export const criticalServices: readonly ServiceName[] = ['user', 'product', 'order', 'inventory', 'payment'];

/** The class of every disk: the node pools' chart makes it. */
export const storageClass = 'meridian-ssd';

/** Clients that a PgBouncer takes for each of its connections to PostgreSQL. */
export const poolerClients = 10;

const count = (least: number, most: number): z.ZodNumber => z.number().int().min(least).max(most);

/** What one pod or node asks for and gets: whole or half CPUs, GiB of memory. */
export const size = z.strictObject({ cpu: z.number().positive(), memoryGiB: z.number().positive() });
const disk = { storageGiB: count(1, 65_536), storageClass: z.string().min(1) };

/** Once a day: StackGres and Percona keep a number of backups, and only so it is a number of days. */
const onceADay = z
  .string()
  .regex(/^[0-5]?\d ([01]?\d|2[0-3]) \* \* \*$/, 'must be a cron expression of once a day');
const backup = z.strictObject({
  schedule: onceADay,
  retentionDays: count(1, 365),
  /** Of one region and one system only; point-in-time recovery reads the archived log from there. */
  bucket: bucketName,
});

/** Where the region's PostgreSQL streams are; `remote` is another region's database. */
export const database = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('citus'),
    coordinators: count(1, 3),
    workers: count(1, 100),
    /** PostgreSQL instances of each coordinator or worker: 1 has no standby. */
    instancesPerNode: count(1, 3),
    node: size,
    ...disk,
    poolSize: count(10, 10_000),
    backup,
  }),
  z.strictObject({
    kind: z.literal('aurora-global'),
    instanceClass: z.string().startsWith('db.'),
    readReplicas: count(0, 15),
    /** The region with the writer of the global cluster. */
    primaryRegion: regionName,
    /** Backups and the log are Aurora's own; it recovers to any second of these days. */
    backup: z.strictObject({
      retentionDays: count(1, 35),
      window: z.string().regex(/^\d\d:\d\d-\d\d:\d\d$/, 'must be like 03:00-04:00 (UTC)'),
    }),
  }),
  z.strictObject({
    kind: z.literal('sharded'),
    shards: count(1, 200),
    instancesPerShard: count(1, 3),
    node: size,
    ...disk,
    /** PgBouncer, before each shard. */
    pooler: z.strictObject({ replicas: count(1, 20), node: size, poolSize: count(10, 10_000) }),
    /** PgDog, before them all: the one address that programs have. */
    router: z.strictObject({
      image: z.string().regex(/^[a-z0-9./-]+@sha256:[0-9a-f]{64}$/, 'must name an image by its digest'),
      replicas: count(1, 50),
      node: size,
      /** Connections of one router to one shard. */
      poolSize: count(1, 10_000),
    }),
    backup,
  }),
  z.strictObject({ kind: z.literal('remote'), region: regionName }),
]);

const hostAndPort = z.string().regex(/^[a-z0-9.-]+\.[a-z]+:\d{2,5}$/, 'must be host:port');

/** MirrorMaker's pods, which copy the other regions' topics. */
const mirror = z.strictObject({ replicas: count(1, 10), node: size });

/** A managed Kafka is told of by its addresses, which its provider gives once it is ordered. */
export const kafka = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('strimzi'),
    brokers: count(1, 100),
    broker: size,
    controllers: count(1, 5),
    controller: size,
    mirror,
    ...disk,
  }),
  z.strictObject({
    kind: z.literal('msk'),
    brokers: count(1, 100),
    instanceType: z.string(),
    storageGiB: count(1, 16_384),
    /** The listener for client certificates. */
    bootstrapServers: z.array(hostAndPort).nonempty(),
    /** The private authority of AWS that signs them. */
    certificateAuthorityArn: z.string().startsWith('arn:aws:acm-pca:'),
    subnets: z.array(z.string().startsWith('subnet-')).nonempty(),
    securityGroups: z.array(z.string().startsWith('sg-')).nonempty(),
    mirror,
  }),
  z.strictObject({
    kind: z.literal('confluent-cloud'),
    bootstrapServers: z.array(hostAndPort).nonempty(),
  }),
]);

export const mongo = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('percona'),
    shards: count(1, 100),
    /** Of these, so many keep the orders of the region's own users; the rest what is read here of other homes'. */
    homeShards: count(1, 100),
    replicas: count(1, 7),
    node: size,
    configServers: count(1, 7),
    configServer: size,
    routers: count(1, 50),
    router: size,
    ...disk,
    backup,
  }),
  z.strictObject({
    kind: z.literal('atlas'),
    /** Of Atlas's project, which is made by hand. */
    projectId: z.string().regex(/^[0-9a-f]{24}$/),
    shards: count(1, 70),
    instanceSize: z.string().startsWith('M'),
  }),
]);

export const redis = z.strictObject({
  /** Masters vote on a failover: with fewer than three, none is ever promoted. */
  shards: count(3, 100),
  /** Nodes of a shard, the master among them. */
  nodesPerShard: count(1, 6),
  node: size,
  maxMemoryGiB: z.number().positive(),
  ...disk,
});

/** Kong, behind the region's load balancer, and the Redis that its rate limits are counted in. */
export const apiGateway = z.strictObject({
  /** Pods of Kong: `min` where nothing scales, up to `max` by CPU elsewhere. */
  replicas: z.strictObject({ min: count(1, 50), max: count(1, 50) }),
  node: size,
  /** A master and its replicas. */
  limits: z.strictObject({ nodes: count(2, 3), node: size }),
});

export const nodePool = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  /** `programs`: gateways, workers, Kong; `data`: what has disks; `batch`: what may be interrupted. */
  purpose: z.enum(['programs', 'data', 'batch']),
  /** In order of preference. */
  capacity: z.array(z.enum(['reserved', 'on-demand', 'spot'])).nonempty(),
  /** Share of the pool, 0 to 1, that is bought for one or three years. */
  reservedShare: z.number().min(0).max(1),
  instanceFamilies: z.array(z.string()).nonempty(),
  limit: size,
});

export type NodePool = z.infer<typeof nodePool>;
export type Size = z.infer<typeof size>;
export type RegionName = z.infer<typeof regionName>;
export type ServiceName = z.infer<typeof serviceName>;

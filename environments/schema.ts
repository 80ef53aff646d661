import { z } from 'zod';
import { account, eastWest, identityProvider, meshRoot, network, operatorNodes } from './cloud.ts';
import {
  apiGateway,
  database,
  kafka,
  mongo,
  nodePool,
  redis,
  regionName,
  serviceName,
  size,
} from './parts.ts';
import { problemsOf } from './rules.ts';

const domainName = z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain name');

const region = z.strictObject({
  name: regionName,
  role: z.enum(['primary', 'secondary', 'tertiary', 'optional']),
  /** The name under which Argo CD knows the cluster. */
  cluster: z.string().regex(/^[a-z][a-z0-9-]*$/),
  cloudRegion: z.string().regex(/^[a-z]{2}-[a-z]+-\d$/),
  zones: z.array(z.string()).nonempty(),
  network,
  identityProvider,
  services: z.array(serviceName).nonempty(),
  /** Where the orders of its users live: itself, or another region. */
  home: regionName,
  /** Keeps a copy of its streams and takes over when it is lost; null for a region that is no home. */
  standby: regionName.nullable(),
  database,
  kafka,
  mongo,
  redis,
  apiGateway,
  /** Null where no other region asks anything of this one's programs. */
  eastWest: eastWest.nullable(),
  /** The most that gateways, workers and jobs may ask for together. */
  programs: size,
  nodePools: z.array(nodePool).nonempty(),
  operatorNodes,
});

/** One environment: everything in which it differs from the others. Unknown keys are refused. */
export const environmentSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z]+$/),
    domain: domainName,
    account,
    /** Null where regions do not trust each other's programs: one alone has none to trust. */
    meshRoot: meshRoot.nullable(),
    /** Partitions of each topic and buckets of the tables: fixed for the environment's life. */
    partitions: z.number().int().min(1).max(1000),
    topics: z.strictObject({
      replicationFactor: z.number().int().min(1).max(5),
      minInsyncReplicas: z.number().int().min(1).max(5),
      // As long as the inboxes reckon with (`contracts/topics.ts`); a longer one would have them forget too early.
      retentionDays: z.number().int().min(1).max(30),
      compression: z.enum(['lz4', 'zstd', 'producer']),
    }),
    /** Caps on the replicas that programs declare for production; null leaves the declared ones. */
    replicas: z
      .strictObject({ leastAtMost: z.number().int().min(1), mostAtMost: z.number().int().min(1) })
      .nullable(),
    scaling: z.strictObject({
      /** Gateways: none (fixed replicas), by CPU now, or by CPU and its forecast. */
      gateways: z.enum(['fixed', 'reactive', 'predictive']),
      /** Workers: none, or by Kafka lag. */
      workers: z.enum(['fixed', 'lag']),
      targetCpuPercent: z.number().int().min(10).max(95),
      recommendMemory: z.boolean(),
    }),
    images: z.strictObject({
      repository: z.string().regex(/^[a-z0-9.-]+\.[a-z]+(\/[a-z0-9._-]+)+$/),
      /** sha256:… of the image of all programs. */
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .nullable(),
      tag: z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/),
      requireDigest: z.boolean(),
    }),
    secrets: z.strictObject({
      provider: z.enum(['aws-secrets-manager', 'vault']),
      prefix: z.string().min(1),
    }),
    logLevel: z.enum(['debug', 'info', 'warn']),
    traceSampleRatio: z.number().min(0).max(1),
    kafkaCompression: z.enum(['lz4', 'none']),
    apiLimits: z.strictObject({
      requestsPerMinute: z.number().int().positive(),
      bodyMiB: z.number().int().positive(),
      /** Never served: ranges from which no client can come, and those that were told off. */
      blockedAddresses: z.array(z.cidrv4()).nonempty(),
      /** The CDN's ranges: what comes from there is counted by the address that the CDN names. */
      trustedProxies: z.array(z.cidrv4()),
    }),
    /** The Worker before the API gateways of all regions. */
    edgeWorker: z.strictObject({
      /** The name that it answers, in a zone of Cloudflare; the API's own names stay with the clusters. */
      host: domainName,
      zone: domainName,
      /** The runtime behaves as it did on this day. */
      compatibilityDate: z.iso.date(),
      /** Whose counters the rate limit uses, within the account: each environment its own. */
      rateLimitNamespace: z.string().regex(/^[1-9]\d{0,8}$/, 'must be a number as text'),
    }),
    dns: z.strictObject({
      routing: z.enum(['latency', 'single']),
      ttlSeconds: z.number().int().min(10).max(3600),
    }),
    observability: z.strictObject({
      logDays: z.number().int().positive(),
      traceDays: z.number().int().positive(),
      elasticsearch: z.strictObject({
        nodes: z.number().int().min(1),
        node: size,
        storageGiB: z.number().int(),
      }),
      prometheus: z.strictObject({
        days: z.number().int().positive(),
        node: size,
        storageGiB: z.number().int(),
      }),
    }),
    delivery: z.strictObject({
      /** `main`: every merge is rolled out; `pins`: only what environments/releases says. */
      follows: z.enum(['main', 'pins']),
      /** Regions that move together, in the order in which they move. */
      waves: z.array(z.array(regionName).nonempty()),
      progressDeadlineSeconds: z.number().int().min(60).max(1800),
    }),
    regions: z.array(region).nonempty(),
  })
  .superRefine((environment, context) => {
    for (const { path, message } of problemsOf(environment)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

export type Environment = z.infer<typeof environmentSchema>;
export type Region = Environment['regions'][number];

/**
 * An environment that keeps every rule.
 * @throws RangeError naming each field and the rule that it breaks, a line each.
 */
export function defineEnvironment(given: z.input<typeof environmentSchema>): Environment {
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : '';
    return `environments/${given.name}.ts: ${path === '' ? '' : `${path}: `}${keys === '' ? issue.message : `unknown key ${keys}`}`;
  });
  throw new RangeError(lines.join('\n'));
}

import { z } from 'zod';

const id = (prefix: string): z.ZodString =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]{8}(?:[0-9a-f]{9})?$`), `must be the id of a ${prefix}`);

/** S3 keeps these for itself: access points, snapshots and the like. */
const reservedBucket = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$/;

/** The name of an S3 bucket, without dots: they would break its certificate. */
export const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
  .refine((name) => !reservedBucket.test(name), 'begins or ends like a name that S3 reserves');

/** What stands in AWS before the first sync, for all regions: the rest Crossplane makes (docs/cloud.md). */
export const account = z.strictObject({
  id: z.string().regex(/^\d{12}$/, 'must be the twelve digits of an account'),
  /** The public zone of `domain`: Route 53 gives its id when it is made and delegated to. */
  zoneId: z.string().regex(/^Z[0-9A-Z]{8,31}$/, 'must be the id of a hosted zone'),
});

/** The region's private addresses: other regions reach them by peering, so no two regions share any. */
export const network = z.strictObject({
  /** Of nodes, pods and managed systems. */
  range: z.cidrv4(),
  /** Of the subnets of internal load balancers, within that. */
  loadBalancers: z.cidrv4(),
  vpcId: id('vpc'),
  /** Of the subnets of pods and of internal load balancers: they get the routes to the other regions. */
  routeTableIds: z.array(id('rtb')).nonempty(),
  /** Private ones, of the nodes that Karpenter itself runs on. */
  subnetIds: z.array(id('subnet')).nonempty(),
});

/**
 * Where regions that lean on this one (`k8s/mesh-links.ts`) reach its mesh: a fixed address in each zone, since the mesh
 * resolves no names of load balancers, and the API server, which tells what runs here.
 */
export const eastWest = z.strictObject({
  apiServer: z.httpUrl().startsWith('https://', 'must be the endpoint of the cluster'),
  addresses: z.array(z.ipv4()).nonempty(),
  replicas: z.number().int().min(1).max(20),
  node: z.strictObject({ cpu: z.number().positive(), memoryGiB: z.number().positive() }),
});

/** The certificate, as PEM, of the authority that signed those of all regions: what identities are checked with. */
export const meshRoot = z.string().startsWith('-----BEGIN CERTIFICATE-----\n');

/** The issuer of the cluster's tokens, without https://: roles trust what it signs. */
export const identityProvider = z
  .string()
  .regex(/^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com\/id\/[0-9A-F]{32}$/, 'must be the issuer of an EKS cluster');

/** The nodes without our taint: Karpenter and the other operators, and what they run without a toleration. */
export const operatorNodes = z.strictObject({
  instanceType: z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+$/),
  nodes: z.number().int().min(1).max(20),
  diskGiB: z.number().int().min(20).max(1000),
});

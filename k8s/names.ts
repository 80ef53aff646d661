import type { Place } from './place.ts';
import { namespaces } from './place.ts';

/** Where Argo CD runs, on the hub of an environment, and what it reads. */
export const hub = 'argocd';
export const repository = 'https://git.meridian.example/meridian/meridian.git';

/** The people on call, as the identity provider of clusters and hubs names their group. */
export const onCallGroup = 'meridian-operators';

const kafkaPort = 9093;
const kafkaRemotePort = 9094;

/**
 * Names of data systems that objects of more than one chart speak of. The chart that makes an object takes its name from
 * here, and so does each that refers to it.
 */
export const kafkaNames = {
  cluster: 'events',
  /** TLS with client certificates; the second is for the mirrors of other regions. */
  port: kafkaPort,
  remotePort: kafkaRemotePort,
  /** Made by Strimzi beside the cluster: the certificate authority of the brokers, key `ca.crt`. */
  clusterCaSecret: 'events-cluster-ca-cert',
  bootstrap: `events-kafka-bootstrap.${namespaces.data}.svc:${kafkaPort}`,
  /** How another region reaches the brokers: names in the private zone, of all together, and of one before that. */
  remoteHost: (region: string, domain: string): string => `kafka.${region}.internal.${domain}`,
  mirror: 'mirror',
  /** The user of the mirror into a region: it writes the copies there, and reads in each other region. */
  mirrorUser: (into: string): string => `mirror-to-${into}`,
  /** What a region's mirror needs for another region: the authority of its brokers, and a certificate. */
  sourceSecret: (from: string): string => `kafka-of-${from}`,
  /** What regions show each other in the secret store: the authority of the brokers. */
  authoritySecret: 'kafka-authority',
  /** By which KEDA measures the lag. */
  lagUser: 'kafka-lag',
} as const;

export const postgresNames = {
  cluster: 'streams',
  /** On every pod of it, whatever its operator: network policies go by it. */
  podLabels: { 'meridian.example/system': 'postgres' },
  port: 5432,
  /** Of the cluster's Service: past the pooler, where there is one beside each server. */
  directPort: 5433,
  database: 'meridian',
  user: 'meridian',
  /** Beside the cluster: `username`, `password` and `owner.sql`, which makes that role. */
  ownerSecret: 'postgres-owner',
  /** What finds the shard of a bucket, where the streams are on many servers. */
  router: 'postgres-router',
  /** How programs of another region reach what stands before it: a name in the private zone. */
  remoteHost: (region: string, domain: string): string => `postgres.${region}.internal.${domain}`,
  /** The certificate that they meet; and, with them too, its authority, key `ca.crt`. */
  tlsSecret: 'postgres-tls',
  authoritySecret: 'postgres-authority',
} as const;

export const mongoNames = {
  cluster: 'views',
  port: 27_017,
  database: 'meridian',
  user: 'meridian',
  /** Beside the cluster: the `password` of that user. */
  userSecret: 'mongo-programs',
  atlasSecret: 'atlas-key',
  /** The operator's own users, `MONGODB_…_USER` and `MONGODB_…_PASSWORD` each. */
  usersSecret: 'views-users',
} as const;

const redisPort = 6379;
export const redisNames = {
  cluster: 'wake',
  port: redisPort,
  /** The operator makes `<cluster>-leader` for the masters: a client finds the rest from there. */
  nodes: `wake-leader.${namespaces.data}.svc:${redisPort}`,
  /** The names under which clients meet the nodes: that one, and what each node says of itself, in the two Services of the pods. */
  hosts: [
    `wake-leader.${namespaces.data}.svc`,
    ...['leader', 'follower'].map((role) => `*.wake-${role}-headless.${namespaces.data}.svc.cluster.local`),
  ],
  /** Of the nodes; and a client's, by which its namespace is given the authority, key `ca.crt`, without a key of a node. */
  tlsSecret: 'wake-tls',
  clientSecret: 'redis-client-tls',
  /** Beside the cluster, key `password`. */
  passwordSecret: 'wake-password',
} as const;

/** The Elastic, Jaeger, OpenTelemetry and Grafana parts of the observability namespace. */
export const observabilityNames = {
  collector: 'telemetry',
  agents: 'agents',
  traces: 'traces',
  elasticsearch: 'logs',
  /** Made by ECK beside the cluster: the certificate authority of its nodes, key `ca.crt`. */
  elasticCaSecret: 'logs-es-http-certs-public',
  elasticUrl: `https://logs-es-http.${namespaces.observability}.svc:9200`,
  /** `username` and `password` of Grafana's first user. */
  grafanaSecret: 'grafana-admin',
  /** A ConfigMap with this label, `1`, is a dashboard; the annotation names its folder. */
  dashboardLabel: 'grafana_dashboard',
  folderAnnotation: 'grafana_folder',
  /** OTLP over HTTP. */
  otlp: `http://telemetry-collector.${namespaces.observability}.svc:4318`,
} as const;

/** What joins the meshes of regions (docs/adr/0020-meshes-that-lean-on-each-other.md). */
export const meshNames = {
  /** Of Istio itself. */
  namespace: 'istio-system',
  /** By which istiod reads the API server of another cluster; Istio fixes the first name. */
  authoritySecret: 'cacerts',
  remoteSecret: (of: string): string => `mesh-of-${of}`,
  /** Of the store: the region's intermediate authority, and what one region shows another of itself. */
  storedAuthority: 'mesh-authority',
  reader: (region: string): string => `mesh-reader-${region}`,
  readerRole: 'mesh-reader',
  /** The gateway, its account and its Service: for other regions its name is part of its identity. */
  gateway: 'east-west',
  options: 'east-west-options',
  host: (region: string, domain: string): string => `mesh.${region}.internal.${domain}`,
  remoteGateway: (of: string): string => `east-west-of-${of}`,
  healthPort: 15_021,
  controlPort: 15_012,
} as const;

/** The store of secrets, one a cluster: External Secrets reads the provider named by the environment. */
export const secretStore = { kind: 'ClusterSecretStore', name: 'meridian' } as const;

/** The store of another region, in the namespaces that read from it. */
export function regionStore(region: string): { readonly kind: string; readonly name: string } {
  return { kind: 'SecretStore', name: `region-${region}` };
}

/** The path of a secret in the provider. */
export function secretPath({ environment, region }: Place, name: string): string {
  return `${environment.secrets.prefix}/${region.name}/${name}`;
}

/** The private names of a region: a zone of its own, seen from all regions' networks. */
export const privateZone = ({ environment, region }: Place): string =>
  `${region.name}.internal.${environment.domain}`;

/** Kong: its Gateway object, on which the routes hang, its proxies, and what signs its certificate. */
export const edgeNames = {
  gateway: 'edge',
  /** The Deployment of the proxies, and the label of their pods. */
  proxy: 'kong',
  /** The Service behind the load balancer, and the one by which the ingress controller finds each proxy. */
  proxyService: 'kong-proxy',
  adminService: 'kong-admin',
  /** Where the ingress controller runs, an operator. */
  controllerNamespace: 'kong-system',
  /** The Redis of the rate limits. The operator makes `<name>-master`, which follows the master. */
  limits: 'limits',
  limitsHost: `limits-master.${namespaces.edge}.svc`,
  gatewayClass: 'kong',
  issuer: 'letsencrypt',
  tlsSecret: 'edge-tls',
} as const;

/** Ports of Kong's containers. */
export const kongPorts = { proxy: 8443, admin: 8444, status: 8100 } as const;

/**
 * The public names of the API: of all regions together, of one, of those that this one stands in for, and of this
 * region's load balancer, which never leads anywhere else. `checked` is what others lead to: the load balancer, for as long
 * as the region passes its health check; nobody asks for it.
 */
export function apiHosts({ environment, region }: Place): {
  readonly global: string;
  readonly regional: string;
  readonly standIn: readonly string[];
  readonly balancer: string;
  readonly checked: string;
} {
  const { domain, regions } = environment;
  return {
    global: `api.${domain}`,
    regional: `${region.name}.api.${domain}`,
    standIn: regions
      .filter(({ standby }) => standby === region.name)
      .map(({ name }) => `${name}.api.${domain}`),
    balancer: `edge.${region.name}.lb.${domain}`,
    checked: `well.${region.name}.lb.${domain}`,
  };
}

/** All names under which this region's Kong is asked. */
export function servedHosts(place: Place): readonly string[] {
  const { global, regional, standIn, balancer } = apiHosts(place);
  return [global, regional, ...standIn, balancer];
}

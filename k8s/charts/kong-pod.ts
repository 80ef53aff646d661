import { k8s } from 'cdk8s-plus-27';
import { isLinked } from '../mesh-links.ts';
import { edgeNames, kongPorts } from '../names.ts';
import { poolLabel, type Place } from '../place.ts';

/** Kong 3.9.1, the open edition; from 3.10 on there is none as an image. */
const image =
  'docker.io/library/kong:3.9.1@sha256:76c14b93e989f7f4418039f7f9789ca32564016211c86ac1a18022f4788e7b9c';

/** By which the proxies' pods are found; never change those of a Deployment that exists. */
export const proxyLabels = { 'app.kubernetes.io/name': edgeNames.proxy };

const prefix = '/kong_prefix';

/** One proxy: no rights, nothing written but to its own scratch folders, spread over zones and nodes. */
export function kongPod(place: Place): k8s.PodTemplateSpec {
  return {
    metadata: {
      labels: { 'app.kubernetes.io/part-of': 'meridian', ...proxyLabels },
      // Clients are outside the mesh and come by TLS of their own; what it asks goes through the mesh.
      annotations: { 'ambient.istio.io/bypass-inbound-capture': 'true' },
    },
    spec: {
      serviceAccountName: edgeNames.proxy,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 45,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        fsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      nodeSelector: { [poolLabel]: 'programs' },
      tolerations: [{ key: poolLabel, operator: 'Equal', value: 'programs' }],
      topologySpreadConstraints: [
        spread('topology.kubernetes.io/zone', 'DoNotSchedule'),
        spread('kubernetes.io/hostname', 'ScheduleAnyway'),
      ],
      containers: [proxy(place)],
      volumes: [
        { name: 'prefix', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
        { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
      ],
    },
  };
}

function proxy(place: Place): k8s.Container {
  const { cpu, memoryGiB } = place.region.apiGateway.node;
  return {
    name: 'proxy',
    image,
    env: Object.entries(settingsOf(place)).map(([name, value]) => ({ name: `KONG_${name}`, value })),
    ports: [
      { name: 'proxy-tls', containerPort: kongPorts.proxy },
      { name: 'admin-tls', containerPort: kongPorts.admin },
      { name: 'status', containerPort: kongPorts.status },
    ],
    // Until the controller has sent its routes a proxy answers everything with 404: it is not ready before.
    startupProbe: { ...probe('/status'), periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...probe('/status/ready'), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...probe('/status'), periodSeconds: 10, failureThreshold: 3 },
    // The load balancer goes on sending for a while after the pod is gone from its targets.
    lifecycle: { preStop: { exec: { command: ['kong', 'quit', '--wait=15'] } } },
    resources: {
      requests: {
        cpu: k8s.Quantity.fromString(`${cpu * 1000}m`),
        memory: k8s.Quantity.fromString(`${memoryGiB * 1024}Mi`),
      },
      limits: { memory: k8s.Quantity.fromString(`${memoryGiB * 1024}Mi`) },
    },
    volumeMounts: [
      { name: 'prefix', mountPath: prefix },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Kong's settings, without the prefix that its variables have. */
function settingsOf({ environment, region }: Place): Readonly<Record<string, string>> {
  const { trustedProxies } = environment.apiLimits;
  return {
    DATABASE: 'off',
    ADMIN_LISTEN: `0.0.0.0:${kongPorts.admin} http2 ssl`,
    PROXY_LISTEN: `0.0.0.0:${kongPorts.proxy} http2 ssl`,
    STATUS_LISTEN: `0.0.0.0:${kongPorts.status}`,
    PORT_MAPS: `443:${kongPorts.proxy}`,
    PREFIX: prefix,
    NGINX_DAEMON: 'off',
    NGINX_WORKER_PROCESSES: String(Math.ceil(region.apiGateway.node.cpu)),
    PROXY_ACCESS_LOG: '/dev/stdout',
    PROXY_ERROR_LOG: '/dev/stderr',
    ADMIN_ACCESS_LOG: 'off',
    STATUS_ACCESS_LOG: 'off',
    ANONYMOUS_REPORTS: 'off',
    // Nobody outside needs to know what answers.
    HEADERS: 'off',
    // The mesh chooses a pod for each connection, so that one that goes on for long would keep to few of them.
    ...(isLinked({ environment, region }) ? { UPSTREAM_KEEPALIVE_MAX_REQUESTS: '100' } : {}),
    ...(trustedProxies.length > 0
      ? {
          TRUSTED_IPS: trustedProxies.join(','),
          REAL_IP_HEADER: 'X-Forwarded-For',
          REAL_IP_RECURSIVE: 'on',
        }
      : {}),
  };
}

function probe(path: string): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('status') }, timeoutSeconds: 2 };
}

function spread(topologyKey: string, whenUnsatisfiable: string): k8s.TopologySpreadConstraint {
  return { topologyKey, maxSkew: 1, whenUnsatisfiable, labelSelector: { matchLabels: proxyLabels } };
}

import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { apiHosts, edgeNames, redisNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { programsOf } from '../programs.ts';
import { addExternalSecret, passwordOf } from './stored-secret.ts';

/** The paths of each gateway; a test holds them against the routes that the gateways declare. */
export const pathsOf: Readonly<Record<string, readonly string[]>> = {
  user: ['/v1/users'],
  product: ['/v1/products'],
  order: ['/v1/orders', '/v1/cart', '/v1/quotes', '/v1/operations'],
  inventory: ['/v1/stock'],
  payment: ['/v1/payments', '/v1/webhooks/payment-provider'],
  shipping: ['/v1/shipments'],
  notification: ['/v1/notifications'],
  analytics: ['/v1/analytics'],
  fraud: ['/v1/fraud'],
  recommendation: ['/v1/products/{sku}/recommendations'],
};

/** Kong by the Gateway API: TLS, a route a service, and the plugins that guard all of them. */
export function addEdge(chart: Chart, place: Place): void {
  addListener(chart, place);
  const plugins = addPlugins(chart, place);
  const hosts = apiHosts(place);
  for (const program of programsOf(place).filter(({ kind }) => kind === 'gateway')) {
    const gateway = program.args[1]!;
    customObject(chart, `${program.name}-route`, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      name: program.name,
      namespace: namespaces.programs,
      annotations: {
        ...inWave('traffic'),
        'konghq.com/plugins': plugins.join(','),
        'konghq.com/strip-path': 'false',
      },
      spec: {
        parentRefs: [{ name: edgeNames.gateway, namespace: namespaces.edge }],
        hostnames: [hosts.global, hosts.regional],
        rules: [
          {
            matches: pathsOfGateway(gateway).map((path) => ({ path: matchOf(path) })),
            backendRefs: [{ name: program.name, port: 80 }],
          },
        ],
      },
    });
  }
}

/** A path with a parameter is one resource, not a prefix; Kong tries such patterns before prefixes. */
function matchOf(path: string): { type: string; value: string } {
  if (!path.includes('{')) return { type: 'PathPrefix', value: path };
  return { type: 'RegularExpression', value: `${path.replaceAll(/\{\w+\}/g, '[^/]+')}$` };
}

function pathsOfGateway(gateway: string): readonly string[] {
  const paths = pathsOf[gateway];
  if (paths === undefined) throw new RangeError(`k8s/charts/edge.ts: the gateway ${gateway} has no paths`);
  return paths;
}

function addListener(chart: Chart, place: Place): void {
  const { region, environment } = place;
  const hosts = apiHosts(place);
  customObject(chart, 'class', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    name: edgeNames.gatewayClass,
    annotations: { ...inWave('access'), 'konghq.com/gatewayclass-unmanaged': 'true' },
    spec: { controllerName: 'konghq.com/kic-gateway-controller' },
  });
  customObject(chart, 'issuer', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    name: edgeNames.issuer,
    annotations: inWave('access'),
    spec: {
      acme: {
        server: 'https://acme-v02.api.letsencrypt.org/directory',
        email: `platform@${environment.domain}`,
        privateKeySecretRef: { name: 'letsencrypt-account' },
        // By DNS: with latency routing the challenge over HTTP may reach another region.
        solvers: [{ dns01: { route53: { region: region.cloudRegion } } }],
      },
    },
  });
  customObject(chart, 'certificate', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    name: edgeNames.tlsSecret,
    namespace: namespaces.edge,
    annotations: inWave('access'),
    spec: {
      secretName: edgeNames.tlsSecret,
      dnsNames: [hosts.global, hosts.regional],
      issuerRef: { kind: 'ClusterIssuer', name: edgeNames.issuer },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    },
  });
  customObject(chart, 'gateway', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    name: edgeNames.gateway,
    namespace: namespaces.edge,
    annotations: inWave('programs'),
    spec: {
      gatewayClassName: edgeNames.gatewayClass,
      listeners: [
        {
          name: 'https',
          protocol: 'HTTPS',
          port: 443,
          tls: { mode: 'Terminate', certificateRefs: [{ name: edgeNames.tlsSecret }] },
          allowedRoutes: {
            namespaces: {
              from: 'Selector',
              selector: { matchLabels: { 'kubernetes.io/metadata.name': namespaces.programs } },
            },
          },
        },
      ],
    },
  });
}

/** Tokens are checked by the gateways themselves: Kong limits, marks and refuses what is not worth asking them. */
function addPlugins(chart: Chart, place: Place): readonly string[] {
  const { environment } = place;
  addRedisPassword(chart, place);
  const { requestsPerMinute, bodyMiB, blockedAddresses } = environment.apiLimits;
  const [host, port] = redisNames.nodes.split(':') as [string, string];
  const plugins: Record<
    string,
    { plugin: string; config: Record<string, unknown>; configPatches?: object[] }
  > = {
    'rate-limit': {
      plugin: 'rate-limiting',
      config: {
        minute: requestsPerMinute,
        policy: 'redis',
        limit_by: 'ip',
        // Better too many requests than none when Redis is away.
        fault_tolerant: true,
        redis: { host, port: Number(port), timeout: 200 },
      },
      configPatches: [
        {
          path: '/redis/password',
          valueFrom: { secretKeyRef: { name: redisNames.kongSecret, key: 'password' } },
        },
      ],
    },
    'request-size': {
      plugin: 'request-size-limiting',
      config: { allowed_payload_size: bodyMiB, size_unit: 'megabytes', require_content_length: false },
    },
    'correlation-id': {
      plugin: 'correlation-id',
      config: { header_name: 'x-request-id', generator: 'uuid', echo_downstream: true },
    },
    bots: { plugin: 'bot-detection', config: {} },
    ...(blockedAddresses.length > 0
      ? { addresses: { plugin: 'ip-restriction', config: { deny: blockedAddresses } } }
      : {}),
  };
  for (const [name, fields] of Object.entries(plugins)) {
    customObject(chart, name, {
      apiVersion: 'configuration.konghq.com/v1',
      kind: 'KongPlugin',
      name,
      namespace: namespaces.programs,
      annotations: inWave('access'),
      spec: {},
      fields,
    });
  }
  return Object.keys(plugins);
}

/** A plugin's patch is JSON, a string in its quotes. */
function addRedisPassword(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name: redisNames.kongSecret,
    namespace: namespaces.programs,
    wave: 'operatorsReady',
    from: passwordOf(place, 'redis'),
    template: { password: '{{ .password | toJson }}' },
  });
}

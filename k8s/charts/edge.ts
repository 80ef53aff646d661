import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { lackingIn } from '../mesh-links.ts';
import { edgeNames, servedHosts } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { programsOf } from '../programs.ts';
import { addPlugins, tokenPlugin } from './kong-plugins.ts';

type Paths = { readonly open?: readonly string[]; readonly withToken?: readonly string[] };

/**
 * The paths of each gateway: those that anybody may call, or who signs the body, and those of which every route needs a
 * token. A test holds them against the routes that the gateways declare.
 */
export const pathsOf: Readonly<Record<string, Paths>> = {
  user: { open: ['/v1/users'], withToken: ['/v1/users/me'] },
  product: { open: ['/v1/products'] },
  order: { withToken: ['/v1/orders', '/v1/cart', '/v1/quotes', '/v1/operations'] },
  inventory: { withToken: ['/v1/stock'] },
  payment: { open: ['/v1/webhooks/payment-provider'], withToken: ['/v1/payments'] },
  shipping: { withToken: ['/v1/shipments'] },
  notification: { withToken: ['/v1/notifications'] },
  analytics: { withToken: ['/v1/analytics'] },
  fraud: { withToken: ['/v1/fraud'] },
  recommendation: { open: ['/v1/products/{sku}/recommendations'] },
};

/** Kong by the Gateway API: TLS, a route a service, and the plugins that guard all of them. */
export function addEdge(chart: Chart, place: Place): void {
  addListener(chart, place);
  const plugins = addPlugins(chart, place);
  const gateways = programsOf(place).filter(({ kind }) => kind === 'gateway');
  for (const program of [...gateways, ...lackingIn(place)]) {
    const { open = [], withToken = [] } = pathsOfGateway(program.args[1]!);
    const backendRefs = [{ name: program.name, port: 80 }];
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
        hostnames: servedHosts(place),
        rules: [
          ...(open.length > 0 ? [{ matches: open.map(matchOf), backendRefs }] : []),
          ...(withToken.length > 0
            ? [{ matches: withToken.map(matchOf), filters: [needsToken], backendRefs }]
            : []),
        ],
      },
    });
  }
}

/** Beside the route's own plugins, not in their place. */
const needsToken = {
  type: 'ExtensionRef',
  extensionRef: { group: 'configuration.konghq.com', kind: 'KongPlugin', name: tokenPlugin },
};

/** A path with a parameter is one resource, not a prefix; Kong tries such patterns before prefixes. */
function matchOf(path: string): { path: { type: string; value: string } } {
  if (!path.includes('{')) return { path: { type: 'PathPrefix', value: path } };
  return { path: { type: 'RegularExpression', value: `${path.replaceAll(/\{\w+\}/g, '[^/]+')}$` } };
}

function pathsOfGateway(gateway: string): Paths {
  const paths = pathsOf[gateway];
  if (paths === undefined) throw new RangeError(`k8s/charts/edge.ts: the gateway ${gateway} has no paths`);
  return paths;
}

function addListener(chart: Chart, place: Place): void {
  const { region, environment } = place;
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
      dnsNames: servedHosts(place),
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

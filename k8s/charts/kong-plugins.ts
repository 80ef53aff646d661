import type { Chart } from 'cdk8s';
import { tokenIssuer } from '../../platform/ports/security.ts';
import { customObject, inWave } from '../custom-object.ts';
import { edgeNames, redisNames, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { configOf } from '../system-variables.ts';
import { limitsPassword } from './kong-limits.ts';
import { addExternalSecret } from './stored-secret.ts';

type Plugin = {
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly configPatches?: readonly object[];
};

/** What every route passes, and beside it those that need a token. */
export const tokenPlugin = 'token';

const limitsSecret = 'kong-limits';

/** Kong's own class, by which the controller takes what has no Gateway. */
const ownClass = { 'kubernetes.io/ingress.class': edgeNames.gatewayClass };

/**
 * Adds the plugins and returns those of every route. Gateways check each token themselves: Kong refuses what is not worth
 * asking them.
 */
export function addPlugins(chart: Chart, place: Place): readonly string[] {
  const everywhere = pluginsOf(place);
  for (const [name, plugin] of Object.entries(everywhere)) addPlugin(chart, name, plugin);
  addPlugin(chart, tokenPlugin, {
    plugin: 'jwt',
    config: {
      key_claim_name: 'iss',
      claims_to_verify: ['exp'],
      secret_is_base64: false,
      header_names: ['authorization'],
      // A token in an address ends up in logs.
      uri_param_names: [],
    },
  });
  addLimitsPassword(chart, place);
  addIssuer(chart, place);
  addMetrics(chart);
  return Object.keys(everywhere);
}

function pluginsOf({ environment }: Place): Readonly<Record<string, Plugin>> {
  const { requestsPerMinute, bodyMiB, blockedAddresses } = environment.apiLimits;
  return {
    'rate-limit': {
      plugin: 'rate-limiting',
      config: {
        minute: requestsPerMinute,
        policy: 'redis',
        limit_by: 'ip',
        // Better too many requests than none when Redis is away.
        fault_tolerant: true,
        redis: { host: edgeNames.limitsHost, port: redisNames.port, timeout: 200 },
      },
      configPatches: [
        {
          path: '/redis/password',
          valueFrom: { secretKeyRef: { name: limitsSecret, key: 'password' } },
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
    addresses: { plugin: 'ip-restriction', config: { deny: blockedAddresses } },
  };
}

function addPlugin(chart: Chart, name: string, fields: Plugin): void {
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

/**
 * The password of the limits' Redis, beside the plugins: a patch is JSON, a string in its quotes. A wave before them: Kong's
 * webhook refuses a plugin or a consumer whose secret is not there yet.
 */
function addLimitsPassword(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name: limitsSecret,
    namespace: namespaces.programs,
    wave: 'operatorsReady',
    from: limitsPassword(place),
    template: { password: '{{ .password | toJson }}' },
  });
}

/** Who signs our tokens is the one consumer: its key is the secret that the gateways check them by. */
function addIssuer(chart: Chart, place: Place): void {
  const name = 'token-issuer';
  addExternalSecret(chart, {
    name,
    namespace: namespaces.programs,
    wave: 'operatorsReady',
    from: {
      data: [
        {
          secretKey: 'value',
          remoteRef: { key: secretPath(place, configOf('tokenSecret')), property: 'value' },
        },
      ],
    },
    template: { algorithm: 'HS256', key: tokenIssuer, secret: '{{ .value }}' },
    form: { labels: { 'konghq.com/credential': 'jwt' } },
  });
  customObject(chart, 'consumer', {
    apiVersion: 'configuration.konghq.com/v1',
    kind: 'KongConsumer',
    name,
    namespace: namespaces.programs,
    annotations: { ...inWave('programs'), ...ownClass },
    spec: {},
    fields: { username: name, credentials: [name] },
  });
}

function addMetrics(chart: Chart): void {
  customObject(chart, 'metrics', {
    apiVersion: 'configuration.konghq.com/v1',
    kind: 'KongClusterPlugin',
    name: 'metrics',
    labels: { global: 'true' },
    annotations: { ...inWave('access'), ...ownClass },
    spec: {},
    fields: {
      plugin: 'prometheus',
      config: { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true },
    },
  });
}

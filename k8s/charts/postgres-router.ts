import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { postgresNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { configurationStamp } from '../process-variables.ts';
import { restartsWithSecrets } from '../rollout.ts';
import { dataNodes, overZones, requestsAndLimits } from './data-parts.ts';
import { addGuestCertificate, guestServiceOf } from './postgres-guests.ts';
import { addExternalSecret, passwordOf } from './stored-secret.ts';

type Router = Extract<Place['region']['database'], { kind: 'sharded' }>['router'];

const name = postgresNames.router;
const namespace = namespaces.data;
const selector = { 'app.kubernetes.io/name': name };
const tlsFolder = '/etc/pgdog-tls';
const ports = { health: 8080, metrics: 9090 };
const metadata = { name, namespace, labels: selector, annotations: inWave('access') };

/** PgDog, which finds the shard of a statement by the bucket in it (docs/adr/0013). */
export function addRouter(chart: Chart, place: Place, router: Router, shardHosts: readonly string[]): void {
  const data = { 'pgdog.toml': settingsOf(place, router, shardHosts) };
  new k8s.KubeConfigMap(chart, `${name}-settings`, { metadata, data });
  addGuestCertificate(chart, place, name);
  addUsers(chart, place);
  new k8s.KubeServiceAccount(chart, `${name}-account`, { metadata, automountServiceAccountToken: false });
  new k8s.KubeDeployment(chart, name, {
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...restartsWithSecrets } },
    spec: {
      replicas: router.replicas,
      selector: { matchLabels: selector },
      template: podOf(router, guestServiceOf(place) !== undefined, data),
    },
  });
  const guests = guestServiceOf(place);
  new k8s.KubeService(chart, `${name}-service`, {
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...guests?.annotations } },
    spec: {
      ...guests?.spec,
      selector,
      ports: [
        {
          name: 'postgres',
          port: postgresNames.port,
          targetPort: k8s.IntOrString.fromString('postgres'),
        },
      ],
    },
  });
  new k8s.KubePodDisruptionBudget(chart, `${name}-budget`, {
    metadata,
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selector } },
  });
}

/** Buckets go round the shards; a bucket's shard changes only when rows are moved. */
function settingsOf(place: Place, router: Router, shardHosts: readonly string[]): string {
  const { partitions } = place.environment;
  const { database, port } = postgresNames;
  const buckets = Array.from({ length: partitions }, (_, bucket) => bucket);
  return [
    '[general]',
    'host = "0.0.0.0"',
    `port = ${port}`,
    'pooler_mode = "transaction"',
    `default_pool_size = ${router.poolSize}`,
    // A statement for several shards is refused: PgDog's two-phase commit may leave one half of it undone.
    'cross_shard_disabled = true',
    `healthcheck_port = ${ports.health}`,
    `openmetrics_port = ${ports.metrics}`,
    // For programs of other regions; those beside it may speak plainly.
    ...(guestServiceOf(place) === undefined
      ? []
      : [`tls_certificate = "${tlsFolder}/tls.crt"`, `tls_private_key = "${tlsFolder}/tls.key"`]),
    ...shardHosts.flatMap((host, shard) => [
      '',
      '[[databases]]',
      `name = "${database}"`,
      `host = "${host}.${namespace}.svc"`,
      `port = ${port}`,
      `shard = ${shard}`,
    ]),
    '',
    '[[sharded_tables]]',
    `database = "${database}"`,
    'column = "bucket"',
    'data_type = "bigint"',
    ...shardHosts.flatMap((_, shard) => [
      '',
      '[[sharded_mappings]]',
      `database = "${database}"`,
      'column = "bucket"',
      'kind = "list"',
      `values = [${buckets.filter((bucket) => bucket % shardHosts.length === shard).join(', ')}]`,
      `shard = ${shard}`,
    ]),
    '',
  ].join('\n');
}

function addUsers(chart: Chart, place: Place): void {
  addExternalSecret(chart, {
    name,
    namespace,
    wave: 'operatorsReady',
    from: passwordOf(place, 'postgres'),
    template: {
      'users.toml': [
        '[[users]]',
        `name = "${postgresNames.user}"`,
        `database = "${postgresNames.database}"`,
        'password = {{ .password | toJson }}',
        '',
      ].join('\n'),
    },
  });
}

function podOf(router: Router, hasGuests: boolean, settings: object): k8s.PodTemplateSpec {
  const { requests, limits } = requestsAndLimits(router.node);
  const probe: k8s.Probe = {
    httpGet: { path: '/', port: k8s.IntOrString.fromString('health') },
    timeoutSeconds: 2,
  };
  return {
    // PgDog reads its settings when it starts.
    metadata: {
      annotations: configurationStamp(settings),
      labels: { ...selector, ...postgresNames.podLabels },
    },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // PgDog lets transactions end for 60 s.
      terminationGracePeriodSeconds: 75,
      nodeSelector: { ...dataNodes.nodeSelector },
      tolerations: [...dataNodes.tolerations],
      topologySpreadConstraints: overZones(selector),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        fsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'pgdog',
          image: router.image,
          command: ['/usr/local/bin/pgdog'],
          args: ['--config', '/etc/pgdog/pgdog.toml', '--users', '/etc/pgdog-users/users.toml'],
          ports: [
            { name: 'postgres', containerPort: postgresNames.port },
            { name: 'health', containerPort: ports.health },
            { name: 'metrics', containerPort: ports.metrics },
          ],
          readinessProbe: { ...probe, periodSeconds: 5 },
          livenessProbe: { ...probe, periodSeconds: 10 },
          resources: { requests: amounts(requests), limits: amounts(limits) },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'settings', mountPath: '/etc/pgdog', readOnly: true },
            { name: 'users', mountPath: '/etc/pgdog-users', readOnly: true },
            ...(hasGuests ? [{ name: 'tls', mountPath: tlsFolder, readOnly: true }] : []),
          ],
        },
      ],
      volumes: [
        { name: 'settings', configMap: { name } },
        { name: 'users', secret: { secretName: name } },
        ...(hasGuests ? [{ name: 'tls', secret: { secretName: postgresNames.tlsSecret } }] : []),
      ],
    },
  };
}

function amounts(size: Readonly<Record<string, string>>): Record<string, k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(size).map(([what, text]) => [what, k8s.Quantity.fromString(text)]),
  );
}

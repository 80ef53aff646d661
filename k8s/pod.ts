import { k8s } from 'cdk8s-plus-27';
import type { Environment } from '../environments/schema.ts';
import { processConfig } from './charts/configuration.ts';
import { kafkaNames } from './names.ts';
import { programPorts, type Place } from './place.ts';
import type { Program } from './programs.ts';
import { configOf, plainVariablesOf, secretVariablesOf } from './system-variables.ts';

/** The image of all programs, by digest where the environment wants that. */
export function imageOf({ images }: Environment): string {
  return images.requireDigest
    ? `${images.repository}@${images.digest ?? ''}`
    : `${images.repository}:${images.tag}`;
}

/** The pod of a program: one container, no rights, spread over zones and nodes. */
export function podOf(program: Program, place: Place, labels: Record<string, string>): k8s.PodTemplateSpec {
  const { name, scale } = program;
  const uses = Object.fromEntries(
    program.systems.map((system) => [`uses.meridian.example/${system}`, 'true']),
  );
  const isBatch = program.service === 'analytics' || program.service === 'audit';
  return {
    metadata: { labels: { 'app.kubernetes.io/part-of': 'meridian', ...labels, ...uses } },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // The process gives up after 20 s (composition/process.ts).
      terminationGracePeriodSeconds: 30,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      nodeSelector: { 'meridian.example/pool': isBatch ? 'batch' : 'programs' },
      tolerations: [
        { key: 'meridian.example/pool', operator: 'Equal', value: isBatch ? 'batch' : 'programs' },
      ],
      ...(scale.max > 1
        ? {
            topologySpreadConstraints: [
              spread(name, 'topology.kubernetes.io/zone', 'DoNotSchedule'),
              spread(name, 'kubernetes.io/hostname', 'ScheduleAnyway'),
            ],
          }
        : {}),
      containers: [containerOf(program, place)],
      ...(usesKafkaTls(program, place)
        ? {
            volumes: [
              { name: 'kafka-ca', secret: { secretName: kafkaNames.clusterCaSecret } },
              { name: 'kafka-user', secret: { secretName: name } },
            ],
          }
        : {}),
    },
  };
}

/** Brokers of our own take nobody without a certificate; Strimzi makes a secret of the user's name. */
function usesKafkaTls({ systems }: Program, { region }: Place): boolean {
  return systems.includes('kafka') && region.kafka.kind === 'strimzi';
}

function containerOf(program: Program, place: Place): k8s.Container {
  const { cpuMilli, memoryMiB } = program.requests;
  const isGateway = program.kind === 'gateway';
  return {
    name: 'program',
    image: imageOf(place.environment),
    args: [...program.args],
    envFrom: [
      { configMapRef: { name: processConfig } },
      ...program.systems.flatMap((system) => [
        ...(Object.keys(plainVariablesOf(system)).length > 0
          ? [{ configMapRef: { name: configOf(system) } }]
          : []),
        ...(Object.keys(secretVariablesOf(system)).length > 0
          ? [{ secretRef: { name: configOf(system) } }]
          : []),
      ]),
    ],
    ...(usesKafkaTls(program, place)
      ? {
          env: [
            { name: 'KAFKA_CA_FILE', value: '/etc/kafka/ca/ca.crt' },
            { name: 'KAFKA_CERT_FILE', value: '/etc/kafka/user/user.crt' },
            { name: 'KAFKA_KEY_FILE', value: '/etc/kafka/user/user.key' },
          ],
          volumeMounts: [
            { name: 'kafka-ca', mountPath: '/etc/kafka/ca', readOnly: true },
            { name: 'kafka-user', mountPath: '/etc/kafka/user', readOnly: true },
          ],
        }
      : {}),
    ports: [
      ...(isGateway ? [{ name: 'http', containerPort: programPorts.http }] : []),
      { name: 'metrics', containerPort: programPorts.metrics },
    ],
    startupProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 3 },
    resources: {
      requests: {
        cpu: k8s.Quantity.fromString(`${cpuMilli}m`),
        memory: k8s.Quantity.fromString(`${memoryMiB}Mi`),
      },
      // No limit of CPU: throttling would cost latency, and the requests share what there is.
      limits: { memory: k8s.Quantity.fromString(`${memoryMiB}Mi`) },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

function probe(path: string): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('metrics') }, timeoutSeconds: 2 };
}

function spread(name: string, topologyKey: string, whenUnsatisfiable: string): k8s.TopologySpreadConstraint {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable,
    labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
  };
}

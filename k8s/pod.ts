import { k8s } from 'cdk8s-plus-27';
import type { Environment } from '../environments/schema.ts';
import { processConfig } from './charts/configuration.ts';
import { kafkaFilesOf } from './kafka-access.ts';
import { poolLabel, programPorts, type Place } from './place.ts';
import type { Program } from './programs.ts';
import { configOf, plainVariablesOf, secretVariablesOf } from './system-variables.ts';

/** The image of all programs, by digest where the environment wants that. */
export function imageOf({ images }: Environment): string {
  return images.requireDigest
    ? `${images.repository}@${images.digest ?? ''}`
    : `${images.repository}:${images.tag}`;
}

/** The labels by which a program's pods are found; never change those of a Deployment that exists. */
export function selectorOf({ name }: Program): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

/** The pod of a program, with the `uses` labels that network policies go by: one container, no rights, spread over zones and nodes. */
export function podOf(program: Program, place: Place, labels: Record<string, string>): k8s.PodTemplateSpec {
  const { name, scale } = program;
  const kafka = kafkaFilesOf(name, program.systems, place);
  const uses = Object.fromEntries(
    program.systems.map((system) => [`uses.meridian.example/${system}`, 'true']),
  );
  const pool = program.service === 'analytics' || program.service === 'audit' ? 'batch' : 'programs';
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
      nodeSelector: { [poolLabel]: pool },
      tolerations: [{ key: poolLabel, operator: 'Equal', value: pool }],
      ...(scale.max > 1
        ? {
            topologySpreadConstraints: [
              spread(program, 'topology.kubernetes.io/zone', 'DoNotSchedule'),
              spread(program, 'kubernetes.io/hostname', 'ScheduleAnyway'),
            ],
          }
        : {}),
      containers: [containerOf(program, place)],
      ...(kafka === undefined || kafka.volumes.length === 0 ? {} : { volumes: kafka.volumes }),
    },
  };
}

function containerOf(program: Program, place: Place): k8s.Container {
  const { cpuMilli, memoryMiB } = program.requests;
  const isGateway = program.kind === 'gateway';
  const kafka = kafkaFilesOf(program.name, program.systems, place);
  return {
    name: 'program',
    image: imageOf(place.environment),
    args: [...program.args],
    envFrom: [
      { configMapRef: { name: processConfig } },
      ...program.systems.flatMap((system) => [
        ...(Object.keys(plainVariablesOf(system, place)).length > 0
          ? [{ configMapRef: { name: configOf(system) } }]
          : []),
        ...(Object.keys(secretVariablesOf(system)).length > 0
          ? [{ secretRef: { name: configOf(system) } }]
          : []),
      ]),
    ],
    ...(kafka === undefined ? {} : { env: kafka.env }),
    ...(kafka === undefined || kafka.volumeMounts.length === 0 ? {} : { volumeMounts: kafka.volumeMounts }),
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

function spread(
  program: Program,
  topologyKey: string,
  whenUnsatisfiable: string,
): k8s.TopologySpreadConstraint {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable,
    labelSelector: { matchLabels: selectorOf(program) },
  };
}

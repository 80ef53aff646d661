import { k8s } from 'cdk8s-plus-27';
import { imageOf, ownContainer, ownPod, usesLabels, variablesFrom } from './container.ts';
import { programPorts, type Place } from './place.ts';
import { configurationOf, configurationStamp, processConfig } from './process-variables.ts';
import type { Program } from './programs.ts';
import { filesOf } from './system-files.ts';

/** How long Kong may go on asking a pod that is to end: until its controller has told every proxy, which takes some seconds. */
const goodbyeSeconds = 10;

/**
 * What is before the signal by which a gateway stops listening: without it each roll-out would refuse connections. To be put
 * into the rendered container: cdk8s-plus-27 does not know this field yet, and would drop it.
 */
export const goodbye = { preStop: { sleep: { seconds: goodbyeSeconds } } } as const;

/** The labels by which a program's pods are found; never change those of a Deployment that exists. */
export function selectorOf({ name }: Program): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

/** The pod of a program, with the `uses` labels that network policies go by: one container, no rights, spread over zones and nodes. */
export function podOf(program: Program, place: Place, labels: Record<string, string>): k8s.PodTemplateSpec {
  const { name, scale, systems } = program;
  const pool = program.service === 'analytics' || program.service === 'audit' ? 'batch' : 'programs';
  const { securityContext, nodeSelector, tolerations, ...account } = ownPod(name, pool);
  const { volumes } = filesOf(name, systems, place);
  return {
    metadata: {
      annotations: configurationStamp(configurationOf(systems, place)),
      labels: { 'app.kubernetes.io/part-of': 'meridian', ...labels, ...usesLabels(systems) },
    },
    spec: {
      ...account,
      // The process gives up after 20 s (composition/process.ts).
      terminationGracePeriodSeconds: program.kind === 'gateway' ? goodbyeSeconds + 30 : 30,
      securityContext,
      nodeSelector,
      tolerations,
      ...(scale.max > 1
        ? {
            topologySpreadConstraints: [
              spread(program, 'topology.kubernetes.io/zone', 'DoNotSchedule'),
              spread(program, 'kubernetes.io/hostname', 'ScheduleAnyway'),
            ],
          }
        : {}),
      containers: [containerOf(program, place)],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

function containerOf(program: Program, place: Place): k8s.Container {
  const isGateway = program.kind === 'gateway';
  const { env, volumeMounts } = filesOf(program.name, program.systems, place);
  return {
    name: 'program',
    image: imageOf(place.environment),
    args: [...program.args],
    envFrom: [{ configMapRef: { name: processConfig } }, ...variablesFrom(program.systems)],
    ...(env.length === 0 ? {} : { env }),
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
    ports: [
      ...(isGateway ? [{ name: 'http', containerPort: programPorts.http }] : []),
      { name: 'metrics', containerPort: programPorts.metrics },
    ],
    startupProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...probe('/livez'), periodSeconds: 10, failureThreshold: 3 },
    ...ownContainer(program.requests),
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

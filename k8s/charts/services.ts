import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { namespaces, type Place } from '../place.ts';
import { podOf, selectorOf } from '../pod.ts';
import { isScaled, programsOf, type Program } from '../programs.ts';
import { rolloutOf } from '../rollout.ts';

/** A Deployment for each declared program, with its ServiceAccount, its Service and its disruption budget. */
export function addServices(chart: Chart, place: Place): void {
  for (const program of programsOf(place)) addProgram(chart, place, program);
}

/** The labels of all objects of a program, and of its pods. */
function programLabels(program: Program): Record<string, string> {
  return {
    ...selectorOf(program),
    'app.kubernetes.io/component': program.kind,
    'meridian.example/service': program.service,
  };
}

function addProgram(chart: Chart, place: Place, program: Program): void {
  const { name, scale } = program;
  const namespace = namespaces.programs;
  const labels = programLabels(program);
  const metadata = { name, namespace, labels };
  new k8s.KubeServiceAccount(chart, `${name}-account`, {
    metadata: { ...metadata, annotations: inWave('access') },
    automountServiceAccountToken: false,
  });
  new k8s.KubeDeployment(chart, name, {
    metadata: { ...metadata, annotations: inWave('programs') },
    spec: {
      // Where a scaler rules, a number here would undo it at every sync.
      ...(isScaled(program, place) ? {} : { replicas: scale.min }),
      selector: { matchLabels: selectorOf(program) },
      ...rolloutOf(place),
      template: podOf(program, place, labels),
    },
  });
  if (program.kind === 'gateway') {
    new k8s.KubeService(chart, `${name}-http`, {
      metadata: { ...metadata, annotations: inWave('programs') },
      spec: {
        type: 'ClusterIP',
        selector: selectorOf(program),
        ports: [{ name: 'http', port: 80, targetPort: k8s.IntOrString.fromString('http') }],
      },
    });
  }
  if (scale.min > 1) {
    new k8s.KubePodDisruptionBudget(chart, `${name}-budget`, {
      metadata: { ...metadata, annotations: inWave('programs') },
      spec: {
        maxUnavailable: k8s.IntOrString.fromString('25%'),
        selector: { matchLabels: selectorOf(program) },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  }
}

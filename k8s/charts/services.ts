import { ApiObject, JsonPatch, type Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { inWave } from '../custom-object.ts';
import { isGlobal, lackingIn } from '../mesh-links.ts';
import { namespaces, programPorts, type Place } from '../place.ts';
import { goodbye, podOf, selectorOf } from '../pod.ts';
import { isScaled, programsOf, type Program } from '../programs.ts';
import { restartsWithSecrets, rolloutOf } from '../rollout.ts';

/** A Deployment for each declared program, with its ServiceAccount, its Service and its disruption budget. */
export function addServices(chart: Chart, place: Place): void {
  for (const program of programsOf(place)) addProgram(chart, place, program);
  for (const program of lackingIn(place)) addService(chart, place, program, undefined);
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
  const manifest = k8s.KubeDeployment.manifest({
    metadata: { ...metadata, annotations: { ...inWave('programs'), ...restartsWithSecrets } },
    spec: {
      // Where a scaler rules, a number here would undo it at every sync.
      ...(isScaled(program, place) ? {} : { replicas: scale.min }),
      selector: { matchLabels: selectorOf(program) },
      ...rolloutOf(place),
      template: podOf(program, place, labels),
    },
  });
  const deployment = new ApiObject(chart, name, manifest);
  if (program.kind === 'gateway') {
    deployment.addJsonPatch(JsonPatch.add('/spec/template/spec/containers/0/lifecycle', goodbye));
    addService(chart, place, program, selectorOf(program));
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

/**
 * A gateway's Service; without a selector where its pods are elsewhere only. What spans clusters is asked by its own name
 * and not by its pods' addresses, or Kong would know none but those of this cluster.
 */
function addService(
  chart: Chart,
  place: Place,
  program: Program,
  selector: Record<string, string> | undefined,
): void {
  const { name } = program;
  const spans = isGlobal(place, name);
  new k8s.KubeService(chart, `${name}-http`, {
    metadata: {
      name,
      namespace: namespaces.programs,
      labels: { ...programLabels(program), ...(spans ? { 'istio.io/global': 'true' } : {}) },
      annotations: { ...inWave('programs'), ...(spans ? nearFirst : {}) },
    },
    spec: {
      type: 'ClusterIP',
      ...(selector === undefined ? {} : { selector }),
      ports: [
        {
          name: 'http',
          port: 80,
          // The gateway of another region knows no names of ports.
          targetPort: spans
            ? k8s.IntOrString.fromNumber(programPorts.http)
            : k8s.IntOrString.fromString('http'),
        },
      ],
    },
  });
}

/** Elsewhere is asked only while nothing here is ready; in the region, the own zone comes first. */
const nearFirst = {
  'networking.istio.io/traffic-distribution': 'PreferClose',
  'ingress.kubernetes.io/service-upstream': 'true',
};

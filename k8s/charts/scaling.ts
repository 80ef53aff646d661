import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { customObject, inWave } from '../custom-object.ts';
import { bootstrapOf, userKeys } from '../kafka-access.ts';
import { kafkaNames } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { isScaled, programsOf, type Program } from '../programs.ts';

/** The pace of scaling, from the system design: up at once and by as much again, down by half a minute after five. */
export const behavior = {
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
  },
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
    selectPolicy: 'Max',
  },
};

/** Exactly one horizontal scaler a scaled program, and a recommendation of its memory. */
export function addScaling(chart: Chart, place: Place): void {
  const { scaling } = place.environment;
  const programs = programsOf(place);
  if (programs.some((program) => program.kind === 'worker' && isScaled(program, place)))
    addLagReader(chart, place);
  for (const program of programs) {
    if (isScaled(program, place)) {
      if (program.kind === 'worker') addLagScaler(chart, place, program);
      else if (scaling.gateways === 'predictive') addPredictiveScaler(chart, place, program);
      else addReactiveScaler(chart, place, program);
    }
    if (scaling.recommendMemory) addRecommendation(chart, program);
  }
}

const target = ({ name }: Program): { apiVersion: string; kind: string; name: string } => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name,
});

/** The use of CPU that scalers aim at. */
export function cpu({ environment }: Place): k8s.MetricSpecV2 {
  const averageUtilization = environment.scaling.targetCpuPercent;
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

/**
 * Each model keeps a number for every sync, whether it runs then or not, all in one ConfigMap of a megabyte: at the 15 s of
 * the Kubernetes autoscaler three days of them would nearly fill it.
 */
const syncSeconds = 30;
const syncsOf = (seconds: number): number => seconds / syncSeconds;

const models = [
  {
    type: 'Linear',
    name: 'next-hour',
    perSyncPeriod: 1,
    linear: { lookAhead: 3_600_000, historySize: syncsOf(3600) },
  },
  {
    type: 'HoltWinters',
    name: 'daily-curve',
    // Every five minutes, which is as long as what it says holds: scaling down waits that long.
    perSyncPeriod: syncsOf(300),
    holtWinters: {
      alpha: 0.9,
      beta: 0.1,
      gamma: 0.9,
      seasonalPeriods: syncsOf(86_400),
      // It needs two, and gathers a third before the oldest goes.
      storedSeasons: 2,
      trend: 'additive',
      seasonal: 'additive',
    },
  },
];

function addPredictiveScaler(chart: Chart, place: Place, program: Program): void {
  customObject(chart, `${program.name}-scaler`, {
    apiVersion: 'jamiethompson.me/v1alpha1',
    kind: 'PredictiveHorizontalPodAutoscaler',
    name: `${program.name}-phpa`,
    namespace: namespaces.programs,
    annotations: inWave('traffic'),
    spec: {
      scaleTargetRef: target(program),
      minReplicas: program.scale.min,
      maxReplicas: program.scale.max,
      syncPeriod: syncSeconds * 1000,
      metrics: [cpu(place)],
      behavior,
      // The greatest of what is measured now and of what the models foresee.
      decisionType: 'maximum',
      models,
    },
  });
}

function addReactiveScaler(chart: Chart, place: Place, program: Program): void {
  const { name, scale } = program;
  new k8s.KubeHorizontalPodAutoscalerV2(chart, `${name}-scaler`, {
    metadata: {
      name,
      namespace: namespaces.programs,
      labels: { 'app.kubernetes.io/name': name },
      annotations: inWave('traffic'),
    },
    spec: {
      scaleTargetRef: target(program),
      minReplicas: scale.min,
      maxReplicas: scale.max,
      metrics: [cpu(place)],
      behavior,
    },
  });
}

function addLagScaler(chart: Chart, { region }: Place, program: Program): void {
  const { name, scale, consumes, lagPerReplica } = program;
  customObject(chart, `${name}-scaler`, {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    name,
    namespace: namespaces.programs,
    annotations: inWave('traffic'),
    spec: {
      scaleTargetRef: target(program),
      minReplicaCount: scale.min,
      maxReplicaCount: scale.max,
      pollingInterval: 15,
      cooldownPeriod: 300,
      advanced: { horizontalPodAutoscalerConfig: { behavior } },
      triggers: consumes.map((topic) => ({
        type: 'kafka',
        metadata: {
          bootstrapServers: bootstrapOf(region),
          consumerGroup: name,
          topic,
          lagThreshold: String(lagPerReplica),
          // A message that is retried over and over must not scale out the whole group.
          excludePersistentLag: 'true',
          // As the workers themselves begin a partition that they never read.
          offsetResetPolicy: 'earliest',
          tls: 'enable',
          ...(region.kafka.kind === 'confluent-cloud' ? { sasl: 'plaintext' } : {}),
        },
        authenticationRef: { name: kafkaAuthentication },
      })),
    },
  });
}

/** How KEDA reads the lag: as a Kafka user of its own. */
const kafkaAuthentication = kafkaNames.lagUser;

function addLagReader(chart: Chart, { region }: Place): void {
  customObject(chart, kafkaAuthentication, {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    name: kafkaAuthentication,
    namespace: namespaces.programs,
    annotations: inWave('programs'),
    spec: { secretTargetRef: lagCredentials(region.kafka.kind) },
  });
}

function ofUser(parameter: string, key: string): Record<string, string> {
  return { parameter, name: kafkaAuthentication, key };
}

function lagCredentials(kind: Place['region']['kafka']['kind']): Record<string, string>[] {
  if (kind === 'confluent-cloud') {
    const { username, password } = userKeys[kind];
    return [ofUser('username', username), ofUser('password', password)];
  }
  const { certificate, key } = userKeys[kind];
  return [
    ...(kind === 'strimzi' ? [{ parameter: 'ca', name: kafkaNames.clusterCaSecret, key: 'ca.crt' }] : []),
    ofUser('cert', certificate),
    ofUser('key', key),
  ];
}

function addRecommendation(chart: Chart, program: Program): void {
  customObject(chart, `${program.name}-memory`, {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    name: program.name,
    namespace: namespaces.programs,
    annotations: inWave('traffic'),
    spec: {
      targetRef: target(program),
      updatePolicy: { updateMode: 'Off' },
      resourcePolicy: { containerPolicies: [{ containerName: '*', controlledResources: ['memory'] }] },
    },
  });
}

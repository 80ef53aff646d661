import { App, Chart, Testing } from 'cdk8s';
import { environmentNamed } from '../../environments/index.ts';
import { defineEnvironment, type Environment, type Region } from '../../environments/schema.ts';
import { regionCharts } from '../charts/index.ts';
import type { Place } from '../place.ts';

type Kafka = Region['kafka'];
const production = environmentNamed('production');

/** Production with another Kafka in every region. */
function withKafka(kafkaOf: (region: Region) => Kafka): Environment {
  const [first, ...rest] = production.regions.map((region): Region => ({
    ...region,
    kafka: kafkaOf(region),
  }));
  return defineEnvironment({ ...production, regions: [first!, ...rest] });
}

/** Brokers of MSK for a region. */
export const msk = ({ name }: Region): Kafka => ({
  kind: 'msk',
  brokers: 15,
  instanceType: 'kafka.m7g.2xlarge',
  storageGiB: 2000,
  bootstrapServers: [1, 2].map((broker) => `b-${broker}.${name}.kafka.example.com:9094`) as [string, string],
  certificateAuthorityArn: `arn:aws:acm-pca:${name}:123456789012:certificate-authority/clients`,
  subnets: ['subnet-1'],
  securityGroups: ['sg-1'],
  mirror: { replicas: 3, node: { cpu: 2, memoryGiB: 4 } },
});

/** Production's one region with everything, alone: Confluent Cloud links its regions itself. */
export function confluentCloud(): Environment {
  const region = production.regions[0]!;
  const alone: Region = {
    ...region,
    standby: null,
    kafka: { kind: 'confluent-cloud', bootstrapServers: ['pkc-12345.us-east-1.aws.confluent.cloud:9092'] },
  };
  const delivery: Environment['delivery'] = { ...production.delivery, waves: [[region.name]] };
  return defineEnvironment({ ...production, delivery, regions: [alone] });
}

/** An environment for each kind of Kafka that the schema takes. */
export const kafkaKinds: readonly (readonly [Kafka['kind'], Environment])[] = [
  ['strimzi', production],
  ['msk', withKafka(msk)],
  ['confluent-cloud', confluentCloud()],
];

export type Rendered = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // `any`: manifests of many kinds.
  readonly spec: Record<string, any>;
  readonly data?: Record<string, string>;
};

/** Every object of a region. */
export function renderRegion(place: Place): readonly Rendered[] {
  return Object.entries(regionCharts).flatMap(([name, fill]) => {
    const chart = new Chart(new App(), name);
    fill(chart, place);
    return Testing.synth(chart) as Rendered[];
  });
}

export const ofKind = (objects: readonly Rendered[], ...kinds: string[]): readonly Rendered[] =>
  objects.filter(({ kind }) => kinds.includes(kind));

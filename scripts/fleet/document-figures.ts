import type { ServiceName } from '../../environments/parts.ts';
import type { Range } from './totals.ts';
import type { System } from './workload.ts';

/** What a figure counts. CPU and memory are those of the nodes, without what they need besides. GB are read as GiB. */
export type Measure =
  | { readonly of: 'nodes' | 'cpu' | 'memoryGib'; readonly system: System }
  | { readonly of: 'pods'; readonly service: ServiceName }
  | { readonly of: 'topics' | 'partitions' | 'replicationFactor' }
  | { readonly of: 'readReplicas' | 'shards' };

/** One figure of the system design. */
export type Figure = {
  /** As the design says it. */
  readonly says: string;
  readonly measure: Measure;
  /** A region, or `all` of them together. */
  readonly region: string;
  readonly value: Range;
  /** The design says "about": within a tenth is equal. */
  readonly approximate?: true;
  /** One of several ways that the design offers: where none of it is rendered, another was chosen. */
  readonly option?: true;
  /** What is rendered instead, and why; docs/seed-deviations.md has the whole story. */
  readonly deviation?: { readonly value: Range; readonly because: string };
};

const exactly = (value: number): Range => ({ min: value, max: value });
const full = ['us-east', 'us-west', 'eu-central'] as const;
const regions = [...full, 'ap-southeast'] as const;

/** Nodes of a data system by region, and its three totals. */
function dataSystem(
  system: System,
  nodes: Readonly<Partial<Record<(typeof regions)[number], number>>>,
  totals: { readonly says: string; readonly nodes: number; readonly cpu: number; readonly memoryGib: number },
): readonly Figure[] {
  const { says } = totals;
  return [
    ...Object.entries(nodes).map(([region, count]): Figure => ({
      says: `${region}: ${count} nodes`,
      measure: { of: 'nodes', system },
      region,
      value: exactly(count),
    })),
    ...(['nodes', 'cpu', 'memoryGib'] as const).map((of): Figure => ({
      says,
      measure: { of, system },
      region: 'all',
      value: exactly(totals[of]),
    })),
  ];
}

const criticalOnly = 'ap-southeast runs the critical services only, and no worker';

/** Pods a region of each service. */
const services: Readonly<Record<ServiceName, readonly [min: number, max: number] | null>> = {
  user: [8, 20],
  product: [16, 40],
  order: [16, 40],
  inventory: [12, 30],
  payment: [8, 20],
  shipping: [8, 20],
  notification: [8, 20],
  analytics: [12, 30],
  fraud: [6, 15],
  recommendation: [8, 20],
  audit: null,
};
const critical: readonly string[] = ['user', 'product', 'order', 'inventory', 'payment'];

const podFigures = Object.entries(services).flatMap(([service, bounds]): readonly Figure[] => {
  if (bounds === null) return [];
  const [min, max] = bounds;
  return regions
    .filter((region) => region !== 'ap-southeast' || critical.includes(service))
    .map((region) => ({
      says: `${service} service: ${min}-${max} pods per region`,
      measure: { of: 'pods', service: service as ServiceName },
      region,
      value: { min, max },
    }));
});

/** Every figure of the system design that manifests can show. */
export const documentFigures: readonly Figure[] = [
  ...dataSystem(
    'redis',
    { 'us-east': 18, 'us-west': 18, 'eu-central': 12, 'ap-southeast': 6 },
    { says: '54 nodes × (8 CPU, 32GB RAM) = 432 CPU, 1,728GB RAM', nodes: 54, cpu: 432, memoryGib: 1728 },
  ),
  ...dataSystem(
    'postgres',
    { 'us-east': 31, 'us-west': 31, 'eu-central': 31 },
    { says: '93 nodes × (8 CPU, 16GB) = 744 CPU, 1,488GB RAM', nodes: 93, cpu: 744, memoryGib: 1488 },
  ),
  ...dataSystem(
    'mongo',
    { 'us-east': 36, 'us-west': 36, 'eu-central': 36, 'ap-southeast': 36 },
    {
      says: '144 nodes × (8 CPU, 16GB RAM) = 1,152 CPU, 2,304GB RAM',
      nodes: 144,
      cpu: 1152,
      memoryGib: 2304,
    },
  ),
  ...dataSystem(
    'kafka',
    { 'us-east': 15, 'us-west': 15, 'eu-central': 12, 'ap-southeast': 9 },
    { says: '51 brokers × (8 CPU, 16GB RAM) = 408 CPU, 816GB RAM', nodes: 51, cpu: 408, memoryGib: 816 },
  ),
  {
    says: '4 instances (8 CPU, 16GB each)',
    measure: { of: 'cpu', system: 'api-gateway' },
    region: 'all',
    value: exactly(32),
  },
  {
    says: '4 instances (8 CPU, 16GB each)',
    measure: { of: 'memoryGib', system: 'api-gateway' },
    region: 'all',
    value: exactly(64),
  },
  ...full.map((region): Figure => ({
    says: '~300 CPU a region',
    measure: { of: 'cpu', system: 'programs' },
    region,
    value: exactly(300),
    approximate: true,
  })),
  {
    says: '4 regions × ~300 CPU = 1,200 CPU',
    measure: { of: 'cpu', system: 'programs' },
    region: 'all',
    value: exactly(1200),
    approximate: true,
  },
  {
    says: '~2,400GB RAM',
    measure: { of: 'memoryGib', system: 'programs' },
    region: 'all',
    value: exactly(2400),
    approximate: true,
    deviation: {
      value: exactly(2110),
      because: `${criticalOnly}; workers beside the ten services and jobs ask for less`,
    },
  },
  ...podFigures,
  ...regions.flatMap((region): readonly Figure[] => [
    {
      says: 'nine topics',
      measure: { of: 'topics' },
      region,
      value: exactly(9),
      deviation: { value: exactly(10), because: 'dead-letter-events besides' },
    },
    { says: '100 partitions per topic', measure: { of: 'partitions' }, region, value: exactly(100) },
    { says: 'RF=3', measure: { of: 'replicationFactor' }, region, value: exactly(3) },
  ]),
  ...full.flatMap((region): readonly Figure[] => [
    {
      says: 'option 2: 10 read replicas per region',
      measure: { of: 'readReplicas' },
      region,
      value: exactly(10),
      option: true,
    },
    {
      says: 'option 3: 50+ shards per region',
      measure: { of: 'shards' },
      region,
      value: { min: 50, max: Number.POSITIVE_INFINITY },
      option: true,
    },
  ]),
];

import { namespaces } from '../../../k8s/place.ts';
import { expandRegion } from '../expand.ts';
import { entriesAt, itemsAt, numberAt, shown, textAt } from '../../rendered/fields.ts';
import type { FleetObject } from '../object.ts';
import { bytesText, coresText } from '../quantity.ts';
import { totalsOf, type Range, type Totals } from '../totals.ts';
import { isRegion, type EnvironmentTree, type RegionTree } from '../tree.ts';
import { specOf, type System, type Workload } from '../workload.ts';

/** A program or another workload: one row of a region's card. */
export type Row = {
  readonly name: string;
  readonly pods: Range;
  /** The systems that its NetworkPolicies let it reach, by the labels that they select. */
  readonly uses: readonly string[];
  readonly consumes: readonly string[];
};

/** A data system of a region. */
export type Box = { readonly system: System; readonly title: string; readonly lines: readonly string[] };

export type PictureRegion = {
  readonly name: string;
  readonly totals: Totals;
  readonly edge: readonly string[];
  readonly gateways: readonly Row[];
  readonly workers: readonly Row[];
  /** What runs around a sync, and is gone afterwards. */
  readonly jobs: readonly Row[];
  readonly boxes: readonly Box[];
  /** The regions whose topics it copies. */
  readonly mirrorsFrom: readonly string[];
};

export type Picture = {
  readonly environment: string;
  /** The cluster that Argo CD runs on, one of each environment's own; empty when it is not rendered. */
  readonly hub: string;
  /** The name that clients of all regions ask for; empty when none is published. */
  readonly globalName: string;
  readonly regions: readonly PictureRegion[];
};

/** What the picture shows of a rendered environment: its hub, which has no programs, and its regions. */
export function pictureOf(environment: string, tree: EnvironmentTree): Picture {
  const regions = [...tree].filter(([name]) => isRegion(name));
  return {
    environment,
    hub: hubOf(tree.get('hub')),
    globalName: globalNameOf(regions.map(([, objects]) => objects)),
    regions: regions.map(([name, objects]) => pictureRegion(name, objects)),
  };
}

function hubOf(tree: RegionTree | undefined): string {
  if (tree === undefined) return '';
  const applications = objectsOf(tree, 'Application').length + objectsOf(tree, 'ApplicationSet').length;
  return `Argo CD on a hub of its own: ${applications} Applications and sets of them`;
}

function pictureRegion(name: string, tree: RegionTree): PictureRegion {
  const { workloads, managed } = expandRegion(tree);
  const programs = workloads.filter(({ object }) => object.namespace === namespaces.programs);
  const rowsOf = (own: Sort): readonly Row[] =>
    programs.filter(({ object }) => sortOf(object) === own).map((workload) => rowOf(workload, tree));
  return {
    name,
    totals: totalsOf(name, tree),
    edge: edgeOf(tree, workloads),
    gateways: rowsOf('gateway'),
    workers: rowsOf('worker'),
    jobs: rowsOf('job'),
    boxes: (['kafka', 'postgres', 'mongo', 'redis', 'observability'] as const).flatMap((system) => {
      const own = workloads.filter((workload) => workload.system === system);
      const elsewhere = managed.filter((one) => one.system === system).map(({ what }) => what);
      if (own.length === 0 && elsewhere.length === 0) return [];
      return [
        { system, title: titles[system], lines: [...linesOf(system, own, tree), ...counted(elsewhere)] },
      ];
    }),
    mirrorsFrom: objectsOf(tree, 'KafkaMirrorMaker2').flatMap((mirror) =>
      itemsAt(specOf(mirror), 'mirrors').map((one) => textAt(one, 'source', 'alias') ?? ''),
    ),
  };
}

const titles = {
  kafka: 'Kafka',
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  redis: 'Redis',
  observability: 'Observability',
} as const;

function rowOf({ object, pods }: Workload, tree: RegionTree): Row {
  const labels = entriesAt(specOf(object), 'template', 'metadata', 'labels');
  const prefix = 'uses.meridian.example/';
  return {
    name: object.name,
    pods,
    uses: labels.filter(([key]) => key.startsWith(prefix)).map(([key]) => key.slice(prefix.length)),
    consumes: topicsRead(object.name, tree),
  };
}

/** The topics that a program's Kafka user may read. */
function topicsRead(name: string, tree: RegionTree): readonly string[] {
  const user = objectsOf(tree, 'KafkaUser').find((candidate) => candidate.name === name);
  return itemsAt(user && specOf(user), 'authorization', 'acls').flatMap((acl) => {
    const topic = textAt(acl, 'resource', 'name');
    const reads = itemsAt(acl, 'operations').includes('Read') && textAt(acl, 'resource', 'type') === 'topic';
    return reads && topic !== undefined ? [topic] : [];
  });
}

/** The parts of a system, equal replica sets taken together. */
function linesOf(system: System, workloads: readonly Workload[], tree: RegionTree): readonly string[] {
  const kinds = new Map<string, { sets: number; workload: Workload }>();
  for (const workload of workloads.filter(({ pods }) => pods.max > 0)) {
    const set = setOf(system, workload);
    const found = kinds.get(set);
    kinds.set(set, { sets: (found?.sets ?? 0) + 1, workload });
  }
  const parts = [...kinds].map(([name, { sets, workload }]) => {
    const { pods, main } = workload;
    const count = sets > 1 ? `${sets} × ${pods.max}` : rangeText(pods);
    const size =
      main.milliCpu === 0 ? '' : ` · ${coresText(main.milliCpu)} CPU, ${bytesText(main.memoryBytes)}`;
    return `${name}: ${count}${size}`;
  });
  const topics = system === 'kafka' ? objectsOf(tree, 'KafkaTopic').filter(isOwnTopic) : [];
  const partitions = topics.map((topic) => numberAt(specOf(topic), 'partitions') ?? 1);
  return topics.length === 0
    ? parts
    : [...parts, `topics: ${topics.length} · ${Math.max(...partitions)} partitions`];
}

/** Not another region's copy, nor a mirror's ledger. */
function isOwnTopic(topic: FleetObject): boolean {
  return (label(topic, 'meridian.example/topic') ?? 'own') === 'own';
}

type Sort = 'gateway' | 'worker' | 'job';

/** A hook of Argo CD runs and ends; everything else that is no gateway stays. */
function sortOf(object: FleetObject): Sort {
  if (textAt(object.value, 'metadata', 'annotations', 'argocd.argoproj.io/hook') !== undefined) return 'job';
  return label(object, 'app.kubernetes.io/component') === 'gateway' ? 'gateway' : 'worker';
}

/** What the pods of a part are called; those of one of many replica sets are shards. */
function setOf(system: System, { part, object }: Workload): string {
  if (/^rs\d+$/.test(part)) return 'shards';
  // One box has several products there, and a part alone does not say of which.
  if (system === 'observability') return `${object.kind} ${part}`.trim();
  return part || object.kind;
}

function edgeOf(tree: RegionTree, workloads: readonly Workload[]): readonly string[] {
  const routes = objectsOf(tree, 'HTTPRoute').length;
  const plugins = objectsOf(tree, 'KongPlugin').map(({ name }) => name);
  const proxies = workloads.filter(({ system }) => system === 'api-gateway');
  return [
    ...proxies.map(({ object, pods }) => `${object.name} ${rangeText(pods)}`),
    ...(routes === 0 ? [] : [`${routes} routes`]),
    ...(plugins.length === 0 ? [] : [plugins.join(', ')]),
  ];
}

/** The DNS name that several regions publish, or the only one's first. */
function globalNameOf(regions: readonly RegionTree[]): string {
  const names = regions.flatMap((tree) =>
    objectsOf(tree, 'DNSEndpoint').flatMap((object) =>
      itemsAt(specOf(object), 'endpoints').map((endpoint) => shown(textAt(endpoint, 'dnsName') ?? '')),
    ),
  );
  return names.find((name, index) => names.indexOf(name) !== index) ?? names[0] ?? '';
}

function objectsOf(tree: RegionTree, kind: string): readonly FleetObject[] {
  return [...tree.values()].filter((object) => object.kind === kind);
}

function label({ value }: FleetObject, name: string): string | undefined {
  return textAt(value, 'metadata', 'labels', name);
}

function counted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].map(
    (name) => `${name}: ${names.filter((other) => other === name).length}, managed`,
  );
}

/** "8–20" or "3". */
export function rangeText({ min, max }: Range): string {
  const [least, most] = [min.toLocaleString('en-US'), max.toLocaleString('en-US')];
  return least === most ? most : `${least}–${most}`;
}

import { expandRegion } from '../../expand.ts';
import { at, itemsAt, numberAt, type Json, shown } from '../../../rendered/fields.ts';
import type { FleetObject } from '../../object.ts';
import { storageBytes } from '../../pod.ts';
import { bytesText } from '../../quantity.ts';
import type { RegionTree } from '../../tree.ts';
import { annotationOf, type ObjectChange } from '../compare.ts';
import { bothAt, type FlagRule } from './rule.ts';

const dataKinds = new Set([
  '/PersistentVolumeClaim',
  '/PersistentVolume',
  'kafka.strimzi.io/Kafka',
  'kafka.strimzi.io/KafkaNodePool',
  'kafka.strimzi.io/KafkaTopic',
  'stackgres.io/SGShardedCluster',
  'stackgres.io/SGCluster',
  'stackgres.io/SGObjectStorage',
  'postgresql.cnpg.io/Cluster',
  'postgresql.cnpg.io/Database',
  'psmdb.percona.com/PerconaServerMongoDB',
  'redis.redis.opstreelabs.in/RedisCluster',
  'redis.redis.opstreelabs.in/RedisReplication',
  'elasticsearch.k8s.elastic.co/Elasticsearch',
  // Whoever was delegated to it would look elsewhere.
  'route53.aws.upbound.io/Zone',
]);

/** Whether an object holds data that no manifest brings back. */
function holdsData({ group, kind, value }: FleetObject): boolean {
  if (dataKinds.has(`${group}/${kind}`)) return true;
  if (group === 'apps' && kind === 'StatefulSet')
    return itemsAt(value, 'spec', 'volumeClaimTemplates').length > 0;
  return /^(rds|docdb|elasticache|memorydb|kafka|s3|dynamodb)\..*(upbound\.io|crossplane\.io)$|atlas/.test(
    group,
  );
}

/** Deletions that take more with them than the object. */
export const deletions: FlagRule = ({ sort, object }) => {
  if (sort !== 'deleted') return [];
  if (object.group === '' && object.kind === 'Namespace')
    return [`namespace deleted: everything in it goes with it${fate(object)}`];
  if (object.group === 'apiextensions.k8s.io' && object.kind === 'CustomResourceDefinition')
    return [`CRD deleted: every object of its kind goes with it${fate(object)}`];
  if (holdsData(object)) return [`${object.kind} deleted: its data is lost${fate(object)}`];
  if (object.group === 'policy' && object.kind === 'PodDisruptionBudget')
    return ['PodDisruptionBudget deleted: a node drain may stop all pods at once'];
  return [];
};

/** What Argo CD does with an object that is no longer in git. */
function fate(object: FleetObject): string {
  return isKept(object)
    ? ' (Argo CD keeps it, Prune=false: it has to be deleted by hand)'
    : ' (nothing keeps Argo CD from pruning it)';
}

function isKept(object: FleetObject): boolean {
  return /Prune=(false|confirm)/.test(annotationOf(object, 'argocd.argoproj.io/sync-options') ?? '');
}

/** Changes that leave less room for data than there was, or no guard over it. */
export const shrinking: FlagRule = (change, { base, head }) => {
  const { sort, object, before, after } = change;
  if (sort !== 'changed' || !before || !after) return [];
  const reasons: string[] = [];
  if (holdsData(object) && isKept(before) && !isKept(after))
    reasons.push('Prune=false removed: from now on Argo CD deletes it when it is no longer in git');
  if (object.kind === 'KafkaTopic') reasons.push(...topic(change));
  if (object.group === 'apiextensions.k8s.io') reasons.push(...versions(change));
  return [...reasons, ...fewer(object.id, base, head)];
};

function topic(change: ObjectChange): readonly string[] {
  const [from, to] = bothAt(change, 'spec', 'partitions');
  if (typeof from !== 'number' || typeof to !== 'number' || from === to) return [];
  return to < from
    ? [`partitions ${from} → ${to}: Kafka cannot take partitions away`]
    : [`partitions ${from} → ${to}: keys move to other partitions, and the order within a stream breaks`];
}

function versions({ before, after }: ObjectChange): readonly string[] {
  const now = servedBy(after);
  return servedBy(before)
    .filter((version) => !now.includes(version))
    .map((version) => `CRD no longer serves ${shown(version)}: objects written in it are refused`);
}

/** Nodes and disks of databases and brokers, part by part. */
function fewer(id: string, base: RegionTree, head: RegionTree): readonly string[] {
  const parts = (tree: RegionTree) =>
    new Map(
      expandRegion(tree)
        .workloads.filter(({ object, diskBytesEach }) => object.id === id && diskBytesEach > 0)
        .map((workload) => [workload.part, workload]),
    );
  const now = parts(head);
  return [...parts(base)].flatMap(([part, was]) => {
    const is = now.get(part);
    const name = part === '' ? 'nodes with data' : part;
    const nodes = is?.pods.max ?? 0;
    if (nodes < was.pods.max)
      return [`${name} ${was.pods.max} → ${nodes}: what they hold must be moved off first`];
    if (is && is.diskBytesEach < was.diskBytesEach)
      return [
        `disk of ${name} ${bytesText(was.diskBytesEach)} → ${bytesText(is.diskBytesEach)}: a volume cannot shrink`,
      ];
    return [];
  });
}

/** A claim that asks for less than it has. */
export const claimShrinks: FlagRule = (change) => {
  if (change.object.kind !== 'PersistentVolumeClaim' || change.sort !== 'changed') return [];
  const [from, to] = bothAt(change, 'spec', 'resources', 'requests', 'storage');
  return storageBytes(to) < storageBytes(from)
    ? [`claim ${shown(from)} → ${shown(to)}: a volume can grow and never shrink`]
    : [];
};

/** The number of replicas that a topic keeps of each partition. */
export const fewerCopies: FlagRule = (change) => {
  if (change.object.kind !== 'KafkaTopic' || change.sort !== 'changed') return [];
  const [from, to] = [copiesOf(change.before), copiesOf(change.after)];
  return to < from ? [`replicas of each partition ${from} → ${to}: fewer copies of the data`] : [];
};

function servedBy(side: FleetObject | undefined): readonly (Json | undefined)[] {
  return itemsAt(side?.value, 'spec', 'versions')
    .filter((version) => at(version, 'served') === true)
    .map((version) => at(version, 'name'));
}

function copiesOf(side: FleetObject | undefined): number {
  return numberAt(side?.value, 'spec', 'replicas') ?? 1;
}

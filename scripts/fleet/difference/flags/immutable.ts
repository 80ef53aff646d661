import { at, entriesAt, equal, isObject } from '../../../rendered/fields.ts';
import { annotationOf, type ObjectChange } from '../compare.ts';
import { movedAt, type FlagRule } from './rule.ts';

/** Fields that an API server refuses to change, by group/kind. */
const frozen: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'batch/Job': ['spec.template', 'spec.selector', 'spec.completionMode'],
  '/PersistentVolume': ['spec.persistentVolumeSource'],
  'storage.k8s.io/StorageClass': ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  'scheduling.k8s.io/PriorityClass': ['value'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'apiextensions.k8s.io/CustomResourceDefinition': ['spec.group', 'spec.scope', 'spec.names'],
  'gateway.networking.k8s.io/GatewayClass': ['spec.controllerName'],
  'configuration.konghq.com/KongPlugin': ['plugin'],
  'configuration.konghq.com/KongClusterPlugin': ['plugin'],
  'karpenter.sh/NodePool': ['spec.template.spec.nodeClassRef.group', 'spec.template.spec.nodeClassRef.kind'],
  'apiextensions.crossplane.io/CompositeResourceDefinition': ['spec.group', 'spec.names', 'spec.scope'],
  'apiextensions.crossplane.io/Composition': ['spec.compositeTypeRef'],
  'kafka.strimzi.io/KafkaTopic': ['spec.topicName'],
  'kafka.strimzi.io/KafkaNodePool': ['spec.storage.type'],
  '/Secret': ['type'],
};

/** A StatefulSet's spec is the other way round: these may change and nothing else. */
const movable = new Set([
  'replicas',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
]);

/** Changes that the API server will refuse: the sync fails until someone deletes the object by hand. */
export const immutableFields: FlagRule = (change) => {
  if (change.sort !== 'changed' || isRecreated(change)) return [];
  const { object } = change;
  const paths = [
    ...(frozen[`${object.group}/${object.kind}`] ?? []).filter((path) => movedAt(change, ...path.split('.'))),
    ...statefulSet(change),
    ...service(change),
    ...claim(change),
    ...sealed(change),
  ];
  return paths.map((path) => `immutable field ${path}: the API server refuses the change`);
};

/** A hook that Argo CD deletes before it makes it again may change anything. */
function isRecreated({ object }: ObjectChange): boolean {
  const annotation = (name: string): string => annotationOf(object, `argocd.argoproj.io/${name}`) ?? '';
  return annotation('hook') !== '' || /Replace=true,?.*Force=true/.test(annotation('sync-options'));
}

function statefulSet(change: ObjectChange): readonly string[] {
  if (change.object.group !== 'apps' || change.object.kind !== 'StatefulSet') return [];
  const keys = new Set(
    [change.before, change.after].flatMap((side) => entriesAt(side?.value, 'spec').map(([key]) => key)),
  );
  return [...keys]
    .filter((key) => !movable.has(key) && movedAt(change, 'spec', key))
    .map((key) => `spec.${key}`);
}

/** A cluster address cannot be changed; headless and not headless neither. */
function service(change: ObjectChange): readonly string[] {
  if (change.object.group !== '' || change.object.kind !== 'Service') return [];
  return movedAt(change, 'spec', 'clusterIP') ? ['spec.clusterIP'] : [];
}

/** Only the size of a claim may change, and only upwards (see data-loss.ts). */
function claim({ object, before, after }: ObjectChange): readonly string[] {
  if (object.group !== '' || object.kind !== 'PersistentVolumeClaim') return [];
  const rest = [before, after].map((side) =>
    Object.fromEntries(
      entriesAt(side?.value, 'spec').filter(
        ([key]) => key !== 'resources' && key !== 'volumeAttributesClassName',
      ),
    ),
  );
  return equal(rest[0], rest[1]) ? [] : ['spec'];
}

function sealed(change: ObjectChange): readonly string[] {
  const { object, before } = change;
  if (object.group !== '' || !isObject(before?.value)) return [];
  if (at(before.value, 'immutable') !== true) return [];
  return ['data', 'stringData', 'binaryData'].filter((key) => movedAt(change, key));
}

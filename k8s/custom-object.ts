import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';

/** A custom resource: its fields are checked against the real CRD by `npm run manifests`. */
export type CustomObject = {
  readonly apiVersion: `${string}/${string}`;
  readonly kind: string;
  readonly name: string;
  /** Absent for a cluster-wide object. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** What some kinds have in place of a spec. */
  readonly fields?: Readonly<Record<string, unknown>>;
};

/** Adds a custom resource to a chart. The name is taken as it is: other objects refer to it across charts. */
export function customObject(scope: Construct, id: string, object: CustomObject): ApiObject {
  const { apiVersion, kind, name, namespace, labels, annotations, spec, fields } = object;
  return new ApiObject(scope, id, {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'app.kubernetes.io/name': name, ...labels },
      ...(Object.keys(annotations ?? {}).length === 0 ? {} : { annotations: { ...annotations } }),
    },
    ...(fields ?? { spec }),
  });
}

/** Sync waves within one Application: what others stand on goes first. */
export const syncWave = {
  /** What makes the definitions of the next wave's objects. */
  providers: '-7',
  /** What is ordered from AWS, and other waves stand on. */
  cloud: '-6',
  foundation: '-5',
  operatorsReady: '-4',
  data: '-3',
  access: '-2',
  /** The migration alone: nothing of a later wave is applied before it has succeeded. */
  schema: '-1',
  programs: '0',
  traffic: '1',
} as const;

/** `none`: of an Application in which nothing waits for anything else. */
export type Wave = keyof typeof syncWave | 'none';

/** The annotation that puts an object into a wave. */
export function inWave(wave: Wave): Record<string, string> {
  return wave === 'none' ? {} : { 'argocd.argoproj.io/sync-wave': syncWave[wave] };
}

/** Data that a sync must never delete, however the manifests change. */
export const keepOnPrune: Record<string, string> = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
};

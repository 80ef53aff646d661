import { fieldsAt, listAt, mapAt, numberAt, textAt, type JsonObject } from '../rendered/fields.ts';
import { groupKindOf, type Manifest } from './manifest.ts';
import type { Scope } from './scope.ts';

/** The pods that an object of a built-in kind makes. */
export type PodTemplate = {
  readonly manifest: Manifest;
  /** Of the pod's spec: `spec.template.spec`. */
  readonly path: string;
  readonly spec: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
};

export type Container = {
  readonly pod: PodTemplate;
  readonly path: string;
  readonly name: string;
  readonly fields: JsonObject;
  /** Init containers end before the others begin, unless they restart (sidecars). */
  readonly isInit: boolean;
};

const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

export function podsOf({ manifests }: Scope): readonly PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const path = templates[groupKindOf(manifest.object)];
    if (!path) return [];
    return [
      {
        manifest,
        path: [...path, 'spec'].join('.'),
        spec: fieldsAt(manifest.object, ...path, 'spec'),
        labels: mapAt(manifest.object, ...path, 'metadata', 'labels'),
      },
    ];
  });
}

export function containersOf(pod: PodTemplate): readonly Container[] {
  return ['initContainers', 'containers'].flatMap((field) =>
    listAt(pod.spec, field).map((fields, index) => ({
      pod,
      path: `${pod.path}.${field}[${index}]`,
      name: textAt(fields, 'name') ?? '',
      fields,
      isInit: field === 'initContainers',
    })),
  );
}

/** Whether it runs one of our programs, by the labels that their pods carry. */
export function isProgram({ labels }: PodTemplate): boolean {
  return (
    labels['app.kubernetes.io/component'] !== undefined && labels['meridian.example/service'] !== undefined
  );
}

export const namespaceOf = ({ object }: Manifest): string => object.metadata.namespace ?? '';

/** How many pods a Deployment or StatefulSet has when nothing scales it; Kubernetes takes 1 where it is not said. */
export const replicasOf = ({ object }: Manifest): number => numberAt(object, 'spec', 'replicas') ?? 1;

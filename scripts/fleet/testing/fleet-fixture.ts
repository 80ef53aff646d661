import { stringify } from 'yaml';
import type { JsonObject } from '../../rendered/fields.ts';
import type { RenderedFile } from '../../rendered/folder-files.ts';
import { treeOf, type FleetTree, type RegionTree } from '../tree.ts';

export const regionNames = ['ap-southeast', 'eu-central', 'us-east', 'us-west'] as const;

/** A fleet for tests: the objects of each region by what a function of its name gives. */
export function fleet(
  objects: (region: string) => readonly JsonObject[],
  {
    source = 'test',
    environment = 'production',
    regions = regionNames,
  }: { source?: string; environment?: string; regions?: readonly string[] } = {},
): FleetTree {
  return treeOf(source, filesOf(objects, environment, regions));
}

export function filesOf(
  objects: (region: string) => readonly JsonObject[],
  environment = 'production',
  regions: readonly string[] = regionNames,
): readonly RenderedFile[] {
  return regions.map((region) => ({
    path: `${environment}/${region}/chart.yaml`,
    text: objects(region)
      .map((object) => stringify(object))
      .join('---\n'),
  }));
}

/** One region of it. */
export function regionOf(...objects: readonly JsonObject[]): RegionTree {
  return fleet(() => objects, { regions: ['us-east'] })
    .environments.get('production')!
    .get('us-east')!;
}

export function manifest(
  apiVersion: string,
  kind: string,
  name: string,
  rest: JsonObject = {},
  namespace = 'meridian-data',
): JsonObject {
  const { metadata, ...others } = rest as { metadata?: JsonObject };
  return { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...others };
}

export function resources(cpu: string, memory: string): JsonObject {
  return { requests: { cpu, memory }, limits: { cpu, memory } };
}

/** A Deployment of one container, with or without replicas. */
export function deployment(
  name: string,
  {
    memory = '512Mi',
    image = `registry.example/app@sha256:${'0'.repeat(64)}`,
    replicas = 2,
  }: { memory?: string; image?: string; replicas?: number | null } = {},
): JsonObject {
  const labels = { 'app.kubernetes.io/name': name };
  return manifest(
    'apps/v1',
    'Deployment',
    name,
    {
      spec: {
        ...(replicas === null ? {} : { replicas }),
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'program', image, resources: { requests: { cpu: '250m', memory } } }],
          },
        },
      },
    },
    'meridian',
  );
}

export function scaledObject(name: string, min: number, max: number): JsonObject {
  const spec = { scaleTargetRef: { name }, minReplicaCount: min, maxReplicaCount: max };
  return manifest('keda.sh/v1alpha1', 'ScaledObject', name, { spec }, 'meridian');
}

import type { Environment, Region } from '../environments/schema.ts';

/** Where a chart is rendered for: what each chart's constructor gets. */
export type Place = { readonly environment: Environment; readonly region: Region };

/** The namespaces of a region's cluster. */
export const namespaces = {
  programs: 'meridian',
  data: 'meridian-data',
  edge: 'meridian-edge',
  observability: 'meridian-observability',
  /** Agents on every node: they read the logs and the state of the node itself. */
  nodes: 'meridian-nodes',
} as const;

/**
 * Whose pods are in the mesh: the programs and who asks them. Data systems and what observes them are not
 * (docs/adr/0016-a-mesh-without-sidecars.md).
 */
export const meshNamespaces: readonly string[] = [namespaces.programs, namespaces.edge];

/** On which pods of the mesh speak to each other, whatever the port inside. */
export const meshPort = 15_008;

/** The label, and the taint, of the nodes of one purpose. */
export const poolLabel = 'meridian.example/pool';

/** By which a pool says which part of it, 0 to 1, is bought in advance. */
export const reservedShareAnnotation = 'meridian.example/reserved-share';

/** The labels of every object of ours, the hub's among them; cdk8s puts those of a chart on all its objects. */
export function labelsOf(environment: Environment, region?: Region): Record<string, string> {
  return {
    'app.kubernetes.io/part-of': 'meridian',
    'app.kubernetes.io/managed-by': 'argocd',
    'meridian.example/environment': environment.name,
    ...(region === undefined ? {} : { 'meridian.example/region': region.name }),
  };
}

/** Ports of our containers. */
export const programPorts = { http: 8080, metrics: 9464 } as const;

import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject } from '../custom-object.ts';
import { hub, repository } from '../names.ts';

const ownFile = 'root.yaml';

/**
 * What a person applies to a new hub, once: the Application of all the rest of it. Its waves have the operators there
 * before there is an Application of any region: what their definitions are missing for, is refused and not tried again.
 */
export function addRoot(chart: Chart, { name }: Environment): void {
  const project = `meridian-${name}-hub`;
  customObject(chart, 'project', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    name: project,
    namespace: hub,
    spec: {
      description: `What Argo CD itself knows of ${name}`,
      sourceRepos: [repository],
      destinations: [{ name: 'in-cluster', namespace: hub }],
      clusterResourceWhitelist: [],
      namespaceResourceWhitelist: [
        ...['AppProject', 'Application', 'ApplicationSet'].map((kind) => ({ group: 'argoproj.io', kind })),
        { group: '', kind: 'ConfigMap' },
      ],
    },
  });
  customObject(chart, 'application', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    name: project,
    namespace: hub,
    spec: {
      project,
      source: {
        repoURL: repository,
        targetRevision: 'main',
        path: `dist/${name}/hub`,
        directory: { recurse: false, exclude: ownFile },
      },
      destination: { name: 'in-cluster', namespace: hub },
      syncPolicy: {
        automated: { prune: false, selfHeal: true },
        // No program is in it, and it is at no pin.
        retry: { limit: 5, refresh: true, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } },
        syncOptions: ['ServerSideApply=true'],
      },
    },
  });
}

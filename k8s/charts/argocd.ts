import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject } from '../custom-object.ts';
import { namespaces } from '../place.ts';
import { addHealthChecks } from './argocd-health.ts';
import { addOperators } from './operator-applications.ts';
import { projectKinds } from './project-kinds.ts';

const hub = 'argocd';
const repository = 'https://git.meridian.example/meridian/meridian.git';

/**
 * What Argo CD on the hub needs for one environment: a project that allows what the charts render and no more, the
 * operators, and one Application a region. Sync waves order the objects inside it.
 */
export function addArgocd(chart: Chart, environment: Environment): void {
  addProject(chart, environment);
  addRegions(chart, environment);
  addOperators(chart, environment, hub);
  addHealthChecks(chart, hub);
}

const projectOf = ({ name }: Environment): string => `meridian-${name}`;

function addProject(chart: Chart, environment: Environment): void {
  const { ofCluster, ofNamespaces } = projectKinds(environment);
  customObject(chart, 'project', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    name: projectOf(environment),
    namespace: hub,
    spec: {
      description: `The programs and data of ${environment.name}`,
      sourceRepos: [repository],
      destinations: environment.regions.flatMap(({ cluster }) =>
        Object.values(namespaces).map((namespace) => ({ name: cluster, namespace })),
      ),
      clusterResourceWhitelist: ofCluster,
      namespaceResourceWhitelist: ofNamespaces,
      orphanedResources: { warn: true },
    },
  });
}

/** Options of every sync: found out with a real Argo CD (docs/adr/0009-promotion-by-pins.md). */
const syncOptions = [
  'CreateNamespace=true',
  'ServerSideApply=true',
  'PruneLast=true',
  'FailOnSharedResource=true',
  'RespectIgnoreDifferences=true',
];

function addRegions(chart: Chart, environment: Environment): void {
  const { name, delivery, regions } = environment;
  // With pins a region moves when its file does, and merging moves nothing.
  const generator =
    delivery.follows === 'pins'
      ? {
          git: {
            repoURL: repository,
            revision: 'main',
            files: [{ path: `environments/releases/${name}/*.yaml` }],
          },
        }
      : { list: { elements: regions.map((region) => ({ region: region.name, revision: 'main' })) } };
  customObject(chart, 'regions', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    name: projectOf(environment),
    namespace: hub,
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [generator],
      // An Application outlives its pin: deleting a file must not delete a region.
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: {
        metadata: {
          name: `${name}-{{ .region }}`,
          labels: { 'meridian.example/environment': name },
          // Compared with what the API server makes of them: definitions have defaults, which would count as differences.
          annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
        },
        spec: {
          project: projectOf(environment),
          source: {
            repoURL: repository,
            targetRevision: '{{ .revision }}',
            path: `dist/${name}/{{ .region }}`,
            directory: { recurse: false },
          },
          destination: { name: `${name}-{{ .region }}`, namespace: namespaces.programs },
          syncPolicy: {
            automated: { prune: true, selfHeal: true },
            // A retry would apply a bad revision again after its pin was taken back.
            retry: { limit: 0 },
            syncOptions,
          },
          // Scalers own the number of replicas.
          ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
          revisionHistoryLimit: 10,
        },
      },
    },
  });
}

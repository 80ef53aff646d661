import type { Chart } from 'cdk8s';
import type { Environment } from '../../environments/schema.ts';
import { customObject, inWave } from '../custom-object.ts';
import { jobsOf } from '../jobs.ts';
import { isLinked } from '../mesh-links.ts';
import { hub, meshNames, onCallGroup, repository } from '../names.ts';
import { namespaces } from '../place.ts';
import { reloadedPointer } from '../rollout.ts';
import { addHealthChecks } from './argocd-health.ts';
import { addOperators } from './operator-applications.ts';
import { trustFile } from './operators.ts';
import { projectKinds } from './project-kinds.ts';

/**
 * What Argo CD on the hub needs for one environment: a project that allows what the charts render and no more, the
 * operators, and an Application a region, with waves that order the objects inside it; what regions have of each other is
 * one of its own (docs/adr/0018).
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
    annotations: inWave('foundation'),
    spec: {
      description: `The programs and data of ${environment.name}`,
      sourceRepos: [repository],
      destinations: environment.regions.flatMap((region) =>
        [
          ...Object.values(namespaces),
          // How Istio knows the other clusters.
          ...(isLinked({ environment, region }) ? [meshNames.namespace] : []),
        ].map((namespace) => ({ name: region.cluster, namespace })),
      ),
      clusterResourceWhitelist: ofCluster,
      namespaceResourceWhitelist: ofNamespaces,
      orphanedResources: { warn: true },
      roles: [onCallRole(environment)],
    },
  });
}

/**
 * What the people on call may do on the hub: look, and have a region audited. In the cluster itself they would need the right to
 * make Jobs, by which one reads every secret; Argo CD makes the one that is declared.
 */
function onCallRole(environment: Environment): object {
  const project = projectOf(environment);
  const name = 'on-call';
  const policies = environment.regions.flatMap((region) => {
    const onDemand = jobsOf({ environment, region }).some(({ isOnDemand }) => isOnDemand);
    const allowed = [
      ['applications', 'get'],
      ['logs', 'get'],
      ...(onDemand ? [['applications', 'action/batch/CronJob/create-job']] : []),
    ];
    const application = `${project}/${environment.name}-${region.name}`;
    return allowed.map((rights) =>
      ['p', `proj:${project}:${name}`, ...rights, application, 'allow'].join(', '),
    );
  });
  return { name, description: 'Looks, and has regions audited', groups: [onCallGroup], policies };
}

/** Options of every sync: found out with a real Argo CD (docs/adr/0009-promotion-by-pins.md). */
const syncOptions = ['ServerSideApply=true', 'FailOnSharedResource=true', 'RespectIgnoreDifferences=true'];
/** The charts that are synced apart from the rest of their region, the other with its operator. */
const linksFile = 'links.yaml';

function addRegions(chart: Chart, environment: Environment): void {
  const { name, delivery, regions } = environment;
  const isMeshLinked = regions.some((region) => isLinked({ environment, region }));
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
  addApplications(chart, environment, generator, {
    suffix: '',
    namespace: namespaces.programs,
    directory: { recurse: false, exclude: isMeshLinked ? `{${linksFile},${trustFile}}` : linksFile },
    // A retry would apply a bad revision again after its pin was taken back.
    retry: { limit: 0 },
    syncOptions: [...syncOptions, 'CreateNamespace=true', 'PruneLast=true'],
    // Scalers own the number of replicas, and Reloader what it restarted pods for.
    ignoreDifferences: [
      { group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas', reloadedPointer] },
    ],
  });
  if (regions.length === 1) return;
  addApplications(chart, environment, generator, {
    suffix: '-links',
    namespace: namespaces.data,
    directory: { recurse: false, include: linksFile },
    // Nothing in it waits, so that a sync is over at once; tried again is one that came before the region's namespaces were
    // there, and at the revision of the pin as it is by then.
    retry: { limit: 20, refresh: true, backoff: { duration: '15s', factor: 2, maxDuration: '5m' } },
    syncOptions,
    ignoreDifferences: [],
  });
}

/** What of the manifests of a region an Application has, and how it is synced. */
type Part = {
  readonly suffix: string;
  /** Of objects that do not name theirs. */
  readonly namespace: string;
  readonly directory: object;
  readonly retry: object;
  readonly syncOptions: readonly string[];
  readonly ignoreDifferences: readonly object[];
};

function addApplications(
  chart: Chart,
  environment: Environment,
  generator: object,
  { suffix, namespace, directory, retry, syncOptions: options, ignoreDifferences }: Part,
): void {
  const { name } = environment;
  customObject(chart, `regions${suffix}`, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    name: `${projectOf(environment)}${suffix}`,
    namespace: hub,
    annotations: inWave('data'),
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators: [generator],
      // An Application outlives its pin: deleting a file must not delete a region.
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      template: {
        metadata: {
          name: `${name}-{{ .region }}${suffix}`,
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
            directory,
          },
          destination: { name: `${name}-{{ .region }}`, namespace },
          syncPolicy: { automated: { prune: true, selfHeal: true }, retry, syncOptions: options },
          ...(ignoreDifferences.length === 0 ? {} : { ignoreDifferences }),
          revisionHistoryLimit: 10,
        },
      },
    },
  });
}

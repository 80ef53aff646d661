import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { imageOf, ownContainer, ownPod, usesLabels, variablesFrom } from '../container.ts';
import { inWave } from '../custom-object.ts';
import { jobsOf, type SyncJob } from '../jobs.ts';
import { secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { processConfig } from '../process-variables.ts';
import { citusOf, directPostgresOf } from '../system-addresses.ts';
import { filesOf } from '../system-files.ts';
import { configOf } from '../system-variables.ts';
import { addExternalSecret } from './stored-secret.ts';

/**
 * The migration before the programs, smoke and audit after them: hooks of Argo CD inside the region's one Application; and
 * what may be asked for between two syncs.
 */
export function addJobs(chart: Chart, place: Place): void {
  for (const job of jobsOf(place)) {
    const metadata = { name: job.name, namespace: namespaces.programs, labels: labelsOf(job) };
    new k8s.KubeServiceAccount(chart, `${job.name}-account`, {
      metadata: { ...metadata, annotations: inWave('access') },
      automountServiceAccountToken: false,
    });
    if (job.name === 'migrate' && job.systems.includes('postgres')) addAddress(chart, place);
    new k8s.KubeJob(chart, job.name, {
      metadata: { ...metadata, annotations: hookOf(job) },
      spec: specOf(job, place),
    });
    if (job.isOnDemand) addOnDemand(chart, place, job);
  }
}

/** What Argo CD's action `create-job` copies (docs/promotion.md). Its own time never comes: it is suspended. */
function addOnDemand(chart: Chart, place: Place, job: SyncJob): void {
  const labels = labelsOf(job);
  new k8s.KubeCronJob(chart, `${job.name}-on-demand`, {
    metadata: { name: job.name, namespace: namespaces.programs, labels, annotations: inWave('programs') },
    spec: {
      suspend: true,
      schedule: '0 0 1 1 *',
      // The log of a failed one is what somebody wants to read.
      failedJobsHistoryLimit: 3,
      jobTemplate: { metadata: { labels }, spec: specOf(job, place) },
    },
  });
}

const labelsOf = ({ name }: SyncJob): Record<string, string> => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/component': 'sync-job',
});

/** A pod template cannot be changed: the Job of the sync before goes first. */
function hookOf({ hook, wave }: SyncJob): Record<string, string> {
  return {
    'argocd.argoproj.io/hook': hook,
    'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    'argocd.argoproj.io/sync-wave': wave,
  };
}

/** PostgreSQL itself: the lock that keeps two migrations apart is a session's, and a pooler has none. */
function addAddress(chart: Chart, place: Place): void {
  const direct = directPostgresOf(place);
  const key = secretPath(place, configOf('postgres'));
  const stored = (secretKey: string, property: string) => ({
    data: [{ secretKey, remoteRef: { key, property } }],
  });
  addExternalSecret(chart, {
    name: 'migrate',
    namespace: namespaces.programs,
    wave: 'access',
    ...(direct === undefined
      ? { from: stored('POSTGRES_MIGRATION_URL', 'directUrl') }
      : { from: stored('password', 'password'), template: { POSTGRES_MIGRATION_URL: direct } }),
  });
}

function specOf(job: SyncJob, place: Place): k8s.JobSpec {
  const { env, volumeMounts, volumes } = filesOf(job.name, job.systems, place);
  return {
    backoffLimit: job.backoffLimit,
    activeDeadlineSeconds: job.activeDeadlineSeconds,
    // Long enough that Argo CD has seen its end, and a person its log.
    ttlSecondsAfterFinished: 86_400,
    podFailurePolicy: {
      rules: [
        // A rule has one of the two conditions; the types of 1.27 ask for this one always.
        {
          action: 'FailJob',
          onExitCodes: { containerName: job.name, operator: 'In', values: [...job.finalExitCodes] },
        } as k8s.PodFailurePolicyRule,
        // A node that is taken away is no failure of the job.
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    },
    template: {
      metadata: {
        labels: {
          'app.kubernetes.io/part-of': 'meridian',
          ...labelsOf(job),
          ...usesLabels([...job.systems, ...(job.callsGateways ? ['gateways'] : [])]),
        },
      },
      spec: {
        ...ownPod(job.name, job.pool),
        restartPolicy: 'Never',
        // Nothing has to be finished: what ends a sync should not wait.
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: job.name,
            image: imageOf(place.environment),
            ...(job.file === undefined ? {} : { command: ['/usr/local/bin/node', job.file] }),
            args: [...job.args],
            ...variablesOf(job, place, env),
            ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
            ...ownContainer(job.requests),
          },
        ],
        ...(volumes.length === 0 ? {} : { volumes }),
      },
    },
  };
}

/** Just what each reads. */
function variablesOf(
  { name, systems }: SyncJob,
  place: Place,
  files: readonly k8s.EnvVar[],
): Pick<k8s.Container, 'env' | 'envFrom'> {
  const citus = citusOf(place);
  switch (name) {
    case 'migrate':
      return {
        envFrom: [
          ...(systems.includes('postgres') ? [{ secretRef: { name: 'migrate' } }] : []),
          ...variablesFrom(systems.filter((system) => system !== 'postgres')),
        ],
        env:
          citus && systems.includes('postgres')
            ? [processVariable('PARTITIONS'), { name: 'CITUS_WORKERS', value: String(citus.workers) }]
            : [],
      };
    case 'await-schema':
      return { envFrom: variablesFrom(systems) };
    case 'smoke':
      return {};
    case 'audit':
      return {
        envFrom: variablesFrom(systems),
        env: [...['REGION', 'PARTITIONS'].map(processVariable), ...files],
      };
  }
}

function processVariable(name: string): k8s.EnvVar {
  return { name, valueFrom: { configMapKeyRef: { name: processConfig, key: name } } };
}

import { readSchemaVariables } from '../../../composition/await-schema.ts';
import { readMigrationVariables, readReadModelVariables } from '../../../composition/migrate.ts';
import { jobsOf } from '../../../k8s/jobs.ts';
import type { Place } from '../../../k8s/place.ts';
import { migrationVariables, systems } from '../../../platform/resources.ts';
import { readRegionVariables } from '../../auditor/region.ts';
import { fieldsAt, numberAt, textsAt } from '../../rendered/fields.ts';
import { findingAt, type Finding, type KubernetesObject } from '../manifest.ts';
import { containersOf, podsOf, type Container } from '../pods.ts';
import type { Scope } from '../scope.ts';
import type { Configured } from './configuration.ts';

type Read = Pick<Configured, 'read' | 'samples'>;

/** What each file of the image, or command of `main.ts`, reads from its environment. */
const readers: Readonly<Record<string, Read>> = {
  migrate: { samples: migrationVariables, read: (variables) => void readMigrationVariables(variables) },
  'migrate --read-models': {
    samples: systems.mongo,
    read: (variables) => void readReadModelVariables(variables),
  },
  'await-schema': { samples: systems.postgres, read: (variables) => void readSchemaVariables(variables) },
  'scripts/audit-region.ts': {
    samples: { ...systems.postgres, ...systems.mongo },
    read: (variables) => void readRegionVariables(variables),
  },
  'scripts/smoke.ts': { samples: {}, read: () => undefined },
};

/** The jobs around a sync: each that belongs into the region is there once, and what it runs understands its variables. */
export function checkSyncJobs(
  scope: Scope,
  place: Place,
): { readonly findings: readonly Finding[]; readonly configured: readonly Configured[] } {
  const containers = podsOf(scope)
    .filter(({ labels }) => labels['app.kubernetes.io/component'] === 'sync-job')
    .flatMap(containersOf);
  const known = containers.flatMap((container) => {
    const reader = readers[programOf(container)];
    return reader ? [{ container, ...reader }] : [];
  });
  const unknown = containers
    .filter((container) => readers[programOf(container)] === undefined)
    .map((container) =>
      drift(container, 'command', `runs ${programOf(container)}, which is no job of the image`),
    );
  const titles = containers.map(({ pod: { manifest } }) => jobTitle(manifest.object));
  const [anywhere] = scope.manifests;
  const missing = jobsOf(place)
    .flatMap(({ name, isOnDemand }) => [`Job ${name}`, ...(isOnDemand ? [`CronJob ${name}`] : [])])
    .filter((title) => !titles.includes(title))
    .flatMap((title): Finding[] =>
      anywhere
        ? [
            {
              file: `dist/${anywhere.environment}/${anywhere.region}`,
              object: '',
              path: '',
              rule: 'drift',
              message: `no ${title}`,
            },
          ]
        : [],
    );
  return { findings: [...unknown, ...missing, ...containers.flatMap(endsOf)], configured: known };
}

const jobTitle = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

/** The file that Node runs, or the command of `main.ts` with what it is to do, which is what the image runs without one. */
function programOf({ fields }: Container): string {
  const command = textsAt(fields, 'command');
  if (command.length > 0) return command.at(-1) ?? '';
  return textsAt(fields, 'args')
    .filter((argument) => !argument.includes('='))
    .join(' ');
}

/** A job that does not end holds up the sync, and with it a rollback. */
function endsOf(container: Container): Finding[] {
  const { object } = container.pod.manifest;
  const job = object.kind === 'CronJob' ? fieldsAt(object, 'spec', 'jobTemplate') : object;
  return numberAt(job, 'spec', 'activeDeadlineSeconds') === undefined
    ? [drift(container, 'activeDeadlineSeconds', 'is missing: a sync would wait for it for ever')]
    : [];
}

function drift({ pod, path }: Container, what: string, message: string): Finding {
  return findingAt(pod.manifest, `${path}: ${what}`, 'drift', message);
}

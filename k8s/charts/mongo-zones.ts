import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { regionCodes } from '../../domain/ids.ts';
import type { ReadModelZones } from '../../platform/ports/read-model-zones.ts';
import { imageOf, ownContainer, ownPod, usesLabels } from '../container.ts';
import { inWave } from '../custom-object.ts';
import { mongoNames, secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { mongoUrl } from '../system-addresses.ts';
import { addExternalSecret } from './stored-secret.ts';

type Percona = Extract<Place['region']['mongo'], { kind: 'percona' }>;

const name = 'place-read-models';
const namespace = namespaces.programs;
const labels = { 'app.kubernetes.io/name': name };

/** A Job of each sync, before the programs: Percona's operator knows neither shard keys nor zones. */
export function addZones(chart: Chart, place: Place, mongo: Percona): void {
  addAdministrator(chart, place);
  new k8s.KubeConfigMap(chart, `${name}-zones`, {
    metadata: { name, namespace, labels, annotations: inWave('operatorsReady') },
    data: { MONGO_ZONES: JSON.stringify(zonesOf(place, mongo)) },
  });
  new k8s.KubeServiceAccount(chart, `${name}-account`, {
    metadata: { name, namespace, labels, annotations: inWave('operatorsReady') },
    automountServiceAccountToken: false,
  });
  new k8s.KubeJob(chart, name, {
    metadata: {
      name,
      namespace,
      labels,
      annotations: {
        ...inWave('access'),
        'argocd.argoproj.io/hook': 'Sync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
    },
    spec: {
      // The first sync of a region waits here until the cluster answers: 10, 20, 40 … s apart.
      backoffLimit: 7,
      activeDeadlineSeconds: 1200,
      template: podOf(place),
    },
  });
}

/**
 * The region's own users on the first shards, those of the other homes on the rest: what is copied here of other regions
 * does not slow what is read here, and can be found and dropped. No zones where there is nobody to keep apart.
 */
export function zonesOf({ environment, region }: Place, mongo: Percona): ReadModelZones {
  const others = codesOf(environment.regions.map(({ home }) => home).filter((home) => home !== region.home));
  const shards = Array.from({ length: mongo.shards }, (_, index) => shardName(index));
  const [own, rest] = [shards.slice(0, mongo.homeShards), shards.slice(mongo.homeShards)];
  if (others.length === 0 || rest.length === 0) return {};
  return {
    home: { shards: own, homes: codesOf([region.home]) },
    guests: { shards: rest, homes: others },
  };
}

function codesOf(homes: readonly Place['region']['home'][]): string[] {
  return [...new Set(homes)].toSorted().map((home) => regionCodes[home]);
}

/** Of a replica set, and so of a shard. */
export function shardName(index: number): string {
  return `rs${index}`;
}

/** Percona's cluster administrator: the programs' own user may not place shards. */
function addAdministrator(chart: Chart, place: Place): void {
  const key = secretPath(place, mongoNames.usersSecret);
  addExternalSecret(chart, {
    name,
    namespace,
    wave: 'operatorsReady',
    from: {
      data: ['user', 'password'].map((what) => ({
        secretKey: what,
        remoteRef: { key, property: `MONGODB_CLUSTER_ADMIN_${what.toUpperCase()}` },
      })),
    },
    template: { MONGO_ADMIN_URL: mongoUrl('{{ .user | urlquery }}', '{{ .password | urlquery }}') },
  });
}

function podOf({ environment }: Place): k8s.PodTemplateSpec {
  return {
    metadata: { labels: { 'app.kubernetes.io/part-of': 'meridian', ...labels, ...usesLabels(['mongo']) } },
    spec: {
      ...ownPod(name, 'programs'),
      restartPolicy: 'Never',
      containers: [
        {
          name: 'program',
          image: imageOf(environment),
          args: [name],
          envFrom: [{ configMapRef: { name } }, { secretRef: { name } }],
          ...ownContainer({ cpuMilli: 100, memoryMiB: 256 }),
        },
      ],
    },
  };
}

import type { k8s } from 'cdk8s-plus-27';
import type { SystemName } from '../platform/resources.ts';
import { kafkaFilesOf } from './kafka-access.ts';
import { postgresNames, redisNames } from './names.ts';
import type { Place } from './place.ts';
import { keeperAuthority, keeperOf } from './system-addresses.ts';

/** What a container has of a system beside its shared variables: variables of its own, and the files that some of them name. */
export type SystemFiles = {
  readonly env: k8s.EnvVar[];
  readonly volumeMounts: k8s.VolumeMount[];
  readonly volumes: k8s.Volume[];
};

const redisMount = '/etc/redis/ca';

/** By which programs know the nodes of Redis. */
const redisFiles: SystemFiles = {
  env: [{ name: 'REDIS_TLS_CA_FILE', value: `${redisMount}/ca.crt` }],
  volumeMounts: [{ name: 'redis-ca', mountPath: redisMount, readOnly: true }],
  volumes: [{ name: 'redis-ca', secret: { secretName: redisNames.clientSecret } }],
};

/** By which programs know a database that another region keeps: their address of it names the file. */
const keeperFiles: SystemFiles = {
  env: [],
  volumeMounts: [{ name: 'postgres-ca', mountPath: keeperAuthority.folder, readOnly: true }],
  volumes: [{ name: 'postgres-ca', secret: { secretName: postgresNames.authoritySecret } }],
};

/** All files of a pod, and the variables that name them; `user` is its Kafka user. */
export function filesOf(user: string, systems: readonly SystemName[], place: Place): SystemFiles {
  const parts = [
    ...(systems.includes('kafka') ? [kafkaFilesOf(user, place)] : []),
    ...(systems.includes('redis') ? [redisFiles] : []),
    ...(systems.includes('postgres') && keeperOf(place) ? [keeperFiles] : []),
  ];
  return {
    env: parts.flatMap(({ env }) => env),
    volumeMounts: parts.flatMap(({ volumeMounts }) => volumeMounts),
    volumes: parts.flatMap(({ volumes }) => volumes),
  };
}

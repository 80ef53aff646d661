import type { k8s } from 'cdk8s-plus-27';
import type { SystemFiles } from './system-files.ts';
import type { Region } from '../environments/schema.ts';
import { kafkaNames } from './names.ts';
import type { Place } from './place.ts';

type Kind = Region['kafka']['kind'];

/** The brokers that clients in the region begin with: a comma-separated list of host:port. */
export function bootstrapOf({ kafka }: Region): string {
  return kafka.kind === 'strimzi' ? kafkaNames.bootstrap : kafka.bootstrapServers.join(',');
}

/** The ports of the region's brokers. */
export function portsOf({ kafka }: Region): readonly number[] {
  if (kafka.kind === 'strimzi') return [kafkaNames.port];
  return [...new Set(kafka.bootstrapServers.map((server) => Number(server.split(':')[1])))];
}

/** Keys of the Secret of a user's name: by Strimzi, by cert-manager, and from the secret store. */
export const userKeys = {
  strimzi: { certificate: 'user.crt', key: 'user.key' },
  msk: { certificate: 'tls.crt', key: 'tls.key' },
  'confluent-cloud': { username: 'username', password: 'password' },
} as const satisfies Record<Kind, Readonly<Record<string, string>>>;

const caMount = '/etc/kafka/ca';
const userMount = '/etc/kafka/user';

/** Brokers take nobody whom they do not know: what a container has of its user. */
export function kafkaFilesOf(user: string, { region }: Place): SystemFiles {
  const { kind } = region.kafka;
  if (kind === 'confluent-cloud') {
    const { username, password } = userKeys[kind];
    const from = (key: string): k8s.EnvVarSource => ({ secretKeyRef: { name: user, key } });
    return {
      env: [
        { name: 'KAFKA_SASL_USERNAME', valueFrom: from(username) },
        { name: 'KAFKA_SASL_PASSWORD', valueFrom: from(password) },
      ],
      volumeMounts: [],
      volumes: [],
    };
  }
  const { certificate, key } = userKeys[kind];
  // MSK's certificates are of Amazon's public authority.
  const hasOwnAuthority = kind === 'strimzi';
  return {
    env: [
      ...(hasOwnAuthority ? [{ name: 'KAFKA_CA_FILE', value: `${caMount}/ca.crt` }] : []),
      { name: 'KAFKA_CERT_FILE', value: `${userMount}/${certificate}` },
      { name: 'KAFKA_KEY_FILE', value: `${userMount}/${key}` },
    ],
    volumeMounts: [
      ...(hasOwnAuthority ? [{ name: 'kafka-ca', mountPath: caMount, readOnly: true }] : []),
      { name: 'kafka-user', mountPath: userMount, readOnly: true },
    ],
    volumes: [
      ...(hasOwnAuthority ? [{ name: 'kafka-ca', secret: { secretName: kafkaNames.clusterCaSecret } }] : []),
      { name: 'kafka-user', secret: { secretName: user } },
    ],
  };
}

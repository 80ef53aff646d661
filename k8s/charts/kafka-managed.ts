import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { kafkaUsersOf, type KafkaUser } from '../kafka-rights.ts';
import { settingsOf, topicsOf } from '../kafka-topics.ts';
import { secretPath } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { keptUntilInstalled, untilInstalled } from './cloud-object.ts';
import { addMsk, addMskUser } from './kafka-msk.ts';
import { addExternalSecret, addStoredSecret } from './stored-secret.ts';

type Managed = Exclude<Place['region']['kafka'], { kind: 'strimzi' }>;

const providerConfig = 'kafka';
const adminSecret = 'kafka-admin';

/** A Kafka that is somebody else's: its topics and rights by Crossplane's Kafka provider, which speaks to its brokers. */
export function addManagedKafka(chart: Chart, place: Place, kafka: Managed): void {
  addProvider(chart, place);
  if (kafka.kind === 'msk') {
    addMsk(chart, place, kafka);
    addAdministrator(chart);
  }
  addTopics(chart, place);
  for (const user of kafkaUsersOf(place)) {
    if (kafka.kind === 'msk') {
      addMskUser(chart, place, user);
      addRights(chart, user);
    } else {
      addLogin(chart, place, user);
    }
  }
}

/** Addresses and the login or certificate (of the same name) of an administrator, as the provider wants them: one JSON. */
function addProvider(chart: Chart, place: Place): void {
  addStoredSecret(chart, place, adminSecret);
  customObject(chart, 'provider', {
    apiVersion: 'kafka.m.crossplane.io/v1alpha1',
    kind: 'ProviderConfig',
    name: providerConfig,
    namespace: namespaces.data,
    annotations: { ...inWave('data'), ...untilInstalled },
    spec: {
      credentials: {
        source: 'Secret',
        secretRef: { namespace: namespaces.data, name: adminSecret, key: 'credentials' },
      },
    },
  });
}

const byProvider = { providerConfigRef: { kind: 'ProviderConfig', name: providerConfig } };

function addTopics(chart: Chart, place: Place): void {
  const { replicationFactor } = place.environment.topics;
  for (const topic of topicsOf(place)) {
    const config = Object.entries(settingsOf(topic, place)).map(([name, value]) => [name, String(value)]);
    customObject(chart, topic.name, {
      apiVersion: 'topic.kafka.m.crossplane.io/v1alpha1',
      kind: 'Topic',
      name: topic.name,
      namespace: namespaces.data,
      labels: { 'meridian.example/topic': topic.role },
      annotations: { ...inWave('access'), ...keptUntilInstalled },
      spec: {
        forProvider: {
          partitions: topic.partitions,
          replicationFactor,
          config: Object.fromEntries(config) as Record<string, string>,
        },
        ...byProvider,
      },
    });
  }
}

/** The provider takes one operation an object. */
function addRights(chart: Chart, { name, rights }: KafkaUser): void {
  for (const { resource, operations } of rights) {
    for (const operation of operations) {
      const id = [name, resource.type, resource.name, operation].join('.').toLowerCase();
      addRight(chart, name, id.replace(/-\./g, '.'), {
        resourceName: resource.name,
        resourceType: resource.type === 'topic' ? 'Topic' : 'Group',
        resourceOperation: operation,
        resourcePatternTypeFilter: resource.patternType === 'prefix' ? 'Prefixed' : 'Literal',
      });
    }
  }
}

/**
 * MSK lets everybody do what no right speaks of: with one for all there is, the administrator's, nobody else may do what they
 * were not given. To turn that default off instead would lock out whoever is to give the first right.
 */
function addAdministrator(chart: Chart): void {
  const everything = { Cluster: 'kafka-cluster', Topic: '*', Group: '*', TransactionalID: '*' };
  for (const [resourceType, resourceName] of Object.entries(everything)) {
    addRight(chart, adminSecret, `${adminSecret}.${resourceType.toLowerCase()}`, {
      resourceName,
      resourceType,
      resourceOperation: 'All',
      resourcePatternTypeFilter: 'Literal',
    });
  }
}

function addRight(chart: Chart, user: string, name: string, right: Readonly<Record<string, string>>): void {
  customObject(chart, `right-${name}`, {
    apiVersion: 'acl.kafka.m.crossplane.io/v1alpha1',
    kind: 'AccessControlList',
    name,
    namespace: namespaces.data,
    // A name may be longer than a label.
    labels: { 'app.kubernetes.io/name': user },
    annotations: { ...inWave('access'), ...untilInstalled },
    spec: {
      forProvider: {
        ...right,
        resourcePrincipal: `User:CN=${user}`,
        resourceHost: '*',
        resourcePermissionType: 'Allow',
      },
      ...byProvider,
    },
  });
}

/** The key of a service account of Confluent Cloud: the accounts and their rights are not declared here. */
function addLogin(chart: Chart, place: Place, { name }: KafkaUser): void {
  const key = secretPath(place, `kafka-${name}`);
  addExternalSecret(chart, {
    name,
    namespace: namespaces.programs,
    wave: 'access',
    from: {
      data: ['username', 'password'].map((property) => ({
        secretKey: property,
        remoteRef: { key, property },
      })),
    },
  });
}

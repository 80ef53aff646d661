import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../manifest.ts';
import { containerOf, findingsAfter, objectOf, the } from '../../testing/region.ts';
import { checkSelectors } from '../selectors.ts';
import { checkNames } from './index.ts';

const namespace = 'meridian-data';
const data = (apiVersion: string, kind: string, name: string, spec: object, labels = {}): KubernetesObject =>
  objectOf(apiVersion, kind, name, { namespace, spec, labels });
const kafka = data('kafka.strimzi.io/v1', 'Kafka', 'events', {
  kafka: { listeners: [{ name: 'tls', port: 9093, type: 'internal' }] },
  entityOperator: { userOperator: { watchedNamespace: 'meridian' } },
});
const cluster = { 'strimzi.io/cluster': 'events' };

/** The findings where a container of the healthy region calls `host`, beside the operators' objects. */
const calling = (host: string, ...operated: readonly KubernetesObject[]): readonly string[] =>
  findingsAfter(checkNames, (objects) => {
    objects.push(objectOf('v1', 'Namespace', namespace, { namespace: null }), ...operated);
    containerOf(objects)['env'] = [{ name: 'HOST', value: host }];
  }).map((text) => text.split(': ')[1]!);

test.each([
  ['events-kafka-bootstrap.meridian-data.svc:9093', kafka],
  ['streams.meridian-data.svc:5432', data('stackgres.io/v1alpha1', 'SGShardedCluster', 'streams', {})],
  ['streams-replicas.meridian-data.svc:5432', data('stackgres.io/v1', 'SGCluster', 'streams', {})],
  [
    'mongodb://views-mongos.meridian-data.svc:27017',
    data('psmdb.percona.com/v1', 'PerconaServerMongoDB', 'views', {}),
  ],
  [
    'wake-leader.meridian-data.svc:6379',
    data('redis.redis.opstreelabs.in/v1beta2', 'RedisCluster', 'wake', {}),
  ],
  [
    'http://telemetry-collector.meridian-data.svc:4318',
    data('opentelemetry.io/v1beta1', 'OpenTelemetryCollector', 'telemetry', {
      config: { receivers: { otlp: { protocols: {} } } },
    }),
  ],
  [
    'https://logs-es-http.meridian-data.svc:9200',
    data('elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', 'logs', {}),
  ],
  ['http://traces-query.meridian-data.svc:16686', data('jaegertracing.io/v1', 'Jaeger', 'traces', {})],
])('%s is what an operator makes', (host, object) => {
  expect(calling(host, object)).toEqual([]);
  expect(calling(host)).toEqual([expect.stringMatching(/^there is no Service meridian-data\//)]);
});

test('a port that the brokers do not listen on is named', () => {
  expect(calling('events-kafka-bootstrap.meridian-data.svc:9092', kafka)).toEqual([
    'Service meridian-data/events-kafka-bootstrap has no port 9092',
  ]);
});

test('a topic and a group of a user are looked at; the user makes the Secret of its certificate', () => {
  const user = (topic: string): KubernetesObject =>
    objectOf('kafka.strimzi.io/v1', 'KafkaUser', 'relay', {
      labels: cluster,
      spec: {
        authentication: { type: 'tls' },
        authorization: {
          acls: [{ resource: { type: 'topic', name: topic, patternType: 'literal' }, operations: ['Write'] }],
        },
      },
    });
  const topicObject = data('kafka.strimzi.io/v1', 'KafkaTopic', 'order-events', {}, cluster);
  const withUser = (topic: string, key: string) =>
    findingsAfter(checkNames, (objects) => {
      objects.push(
        objectOf('v1', 'Namespace', namespace, { namespace: null }),
        kafka,
        topicObject,
        user(topic),
      );
      containerOf(objects)['env'] = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'relay', key } } }];
    });
  expect(withUser('order-events', 'user.key')).toEqual([]);
  expect(withUser('order-event', 'user.pem')).toEqual([
    'missing-name Deployment meridian/order-service spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef: Secret meridian/relay has no key user.pem',
    'missing-name KafkaUser meridian/relay spec.authorization.acls[0].resource.name: there is no KafkaTopic order-event',
  ]);
});

test('a topic of a cluster that is not there, or that looks elsewhere, is named', () => {
  const found = findingsAfter(checkNames, (objects) => {
    objects.push(objectOf('v1', 'Namespace', namespace, { namespace: null }), kafka);
    objects.push(data('kafka.strimzi.io/v1', 'KafkaTopic', 'a', {}, { 'strimzi.io/cluster': 'event' }));
    objects.push(data('kafka.strimzi.io/v1', 'KafkaUser', 'b', {}, cluster));
  });
  expect(found).toEqual([
    'missing-name KafkaTopic meridian-data/a metadata.labels["strimzi.io/cluster"]: names no Kafka whose operator looks into this namespace',
    'missing-name KafkaUser meridian-data/b metadata.labels["strimzi.io/cluster"]: names no Kafka whose operator looks into this namespace',
  ]);
});

test.each([
  [
    'Service',
    (service: Record<string, any>) => (service['spec'].selector = { app: 'orders' }),
    'spec.selector',
  ],
  [
    'PodDisruptionBudget',
    (budget: Record<string, any>) => (budget['spec'].selector = { matchLabels: { a: 'b' } }),
    'spec.selector',
  ],
  [
    'NetworkPolicy',
    (policy: Record<string, any>) => (policy['spec'].podSelector = { matchLabels: { a: 'b' } }),
    'spec.podSelector',
  ],
])('a %s that selects nothing is named', (kind, change, path) => {
  expect(findingsAfter(checkSelectors, (objects) => change(the(objects, kind)))).toEqual([
    `empty-selector ${kind} meridian/${kind === 'NetworkPolicy' ? 'default-deny' : 'order-service'} ${path}: matches no pod`,
  ]);
});

const monitor = (kind: string, spec: object): KubernetesObject =>
  objectOf('monitoring.coreos.com/v1', kind, 'scrape', { spec });

const plant = (selected: object, port: string) => (objects: KubernetesObject[]) =>
  objects.push(
    monitor('ServiceMonitor', { selector: { matchLabels: selected }, endpoints: [{ port }] }),
    monitor('PodMonitor', { selector: { matchLabels: selected }, podMetricsEndpoints: [{ port }] }),
  );

test('monitors that find nothing, or a port that is not there, are named', () => {
  const labels = { 'app.kubernetes.io/name': 'order-service' };
  expect(findingsAfter(checkSelectors, plant({ app: 'x' }, 'http'))).toEqual([
    'empty-selector ServiceMonitor meridian/scrape spec.selector: matches no Service',
    'empty-selector PodMonitor meridian/scrape spec.selector: matches no pod',
  ]);
  expect(findingsAfter(checkSelectors, plant(labels, 'http'))).toEqual([]);
  expect(findingsAfter(checkNames, plant(labels, 'metric'))).toEqual([
    'missing-name ServiceMonitor meridian/scrape spec.endpoints[0].port: no Service has a port metric',
    'missing-name PodMonitor meridian/scrape spec.podMetricsEndpoints[0].port: no pod has a port metric',
  ]);
});

const policy = (matchLabels: object): KubernetesObject =>
  data('networking.k8s.io/v1', 'NetworkPolicy', 'brokers', { podSelector: { matchLabels } });

const foundWith = (matchLabels: object): number =>
  findingsAfter(checkSelectors, (objects) => objects.push(kafka, policy(matchLabels))).length;

test('a policy over the pods of an operator matches by the labels that it documents', () => {
  expect(foundWith({ 'strimzi.io/cluster': 'events' })).toBe(0);
  expect(foundWith({ 'strimzi.io/cluster': 'event' })).toBe(1);
});

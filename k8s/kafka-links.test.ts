import { expect, it } from 'vitest';
import { topics } from '../contracts/topics.ts';
import { workers } from '../workers/index.ts';
import { kafkaKinds, ofKind, renderRegion, type Rendered } from './testing/kafka-kinds.ts';

const [[, production]] = kafkaKinds as [(typeof kafkaKinds)[number]];
const regions = new Map(
  production.regions.map((region): [string, readonly Rendered[]] => [
    region.name,
    renderRegion({ environment: production, region }),
  ]),
);
const crossing = Object.values(topics)
  .filter(({ crossRegion }) => crossRegion)
  .map(({ name }) => name);

/** The rights of a user as `operations` by `type name`. */
function rightsIn(region: string, user: string): Record<string, string> {
  const found = ofKind(regions.get(region)!, 'KafkaUser').find(({ metadata }) => metadata.name === user);
  const acls = (found?.spec['authorization'].acls ?? []) as Record<string, any>[];
  return Object.fromEntries(
    acls.map(({ resource, operations }) => [`${resource.type} ${resource.name}`, operations.join()]),
  );
}

it('lets a mirror only read what crosses at its sources, and see how far the workers there are', () => {
  for (const source of ['us-east', 'us-west', 'eu-central']) {
    const groups = workers
      .filter(({ consumes }) => [consumes].flat().some(({ name }: any) => crossing.includes(name)))
      .map(({ name }) => name);
    expect(rightsIn(source, source === 'us-west' ? 'mirror-to-us-east' : 'mirror-to-us-west')).toEqual({
      ...Object.fromEntries(crossing.map((name) => [`topic ${name}`, 'Read,Describe'])),
      ...Object.fromEntries(groups.map((name) => [`group ${name}`, 'Describe'])),
    });
  }
  // No worker runs in the region without a database.
  expect(rightsIn('ap-southeast', 'mirror-to-us-west')).toEqual(
    Object.fromEntries(crossing.map((name) => [`topic ${name}`, 'Read,Describe'])),
  );
});

it('lets a mirror write its copies and its ledgers in its own region, and nothing else', () => {
  const sources = ['us-east', 'eu-central', 'ap-southeast'];
  expect(rightsIn('us-west', 'mirror-to-us-west')).toEqual({
    'topic mirror-configs': 'Read,Write,Create,Describe,DescribeConfigs',
    'topic mirror-status': 'Read,Write,Create,Describe,DescribeConfigs',
    'topic mirror-offsets': 'Read,Write,Create,Describe,DescribeConfigs',
    'group mirror': 'Read,Describe',
    ...Object.fromEntries(
      sources.flatMap((source) => [
        ...crossing.map((name) => [`topic ${source}.${name}`, 'Write,Describe']),
        [`topic mm2-offset-syncs.${source}.internal`, 'Read,Write,Create,Describe'],
        [`topic ${source}.checkpoints.internal`, 'Read,Write,Create,Describe'],
      ]),
    ),
  });
});

it('declares each topic that a mirror writes, with the partitions of the one that it copies', () => {
  for (const [name, objects] of regions) {
    const declared = new Map(
      ofKind(objects, 'KafkaTopic').map(({ metadata, spec }) => [
        metadata.name,
        spec['partitions'] as number,
      ]),
    );
    const [mirror] = ofKind(objects, 'KafkaMirrorMaker2');
    for (const { source, topicsPattern } of mirror!.spec['mirrors']) {
      const copied = topicsPattern.split('|') as string[];
      expect(copied).toEqual(crossing);
      for (const topic of copied) {
        expect([topic, declared.get(`${source.alias}.${topic}`)]).toEqual([topic, declared.get(topic)]);
      }
    }
    const writes = Object.entries(rightsIn(name, `mirror-to-${name}`)).filter(([, may]) =>
      may.includes('Write'),
    );
    for (const [right] of writes) expect([...declared.keys()]).toContain(right.replace('topic ', ''));
  }
});

it('reads from another region just what that region puts into its store', () => {
  const pushed = new Map(
    [...regions].map(([name, objects]) => [
      name,
      // The others have tests of their own (postgres-guests.test.ts, charts/east-west.test.ts).
      ofKind(objects, 'PushSecret')
        .filter(({ metadata }) => /^(kafka|mirror)-/.test(metadata.name))
        .flatMap(({ metadata, spec }) =>
          spec['data'].map(({ match }: any) => ({
            from: `${metadata.namespace}/${spec['selector'].secret.name}/${match.secretKey}`,
            to: `${match.remoteRef.remoteKey}#${match.remoteRef.property}`,
          })),
        ) as { from: string; to: string }[],
    ]),
  );
  const read: string[] = [];
  for (const [name, objects] of regions) {
    for (const { metadata, spec } of ofKind(objects, 'ExternalSecret')) {
      const source = /^region-(.+)$/.exec(spec['secretStoreRef'].name)?.[1];
      if (source === undefined || metadata.namespace !== 'meridian-data') continue;
      expect(metadata.name).toBe(`kafka-of-${source}`);
      for (const { secretKey, remoteRef } of spec['data']) {
        const place = `${remoteRef.key}#${remoteRef.property}`;
        const { from } = pushed.get(source)!.find(({ to }) => to === place)!;
        expect(from).toBe(
          secretKey === 'ca.crt'
            ? 'meridian-data/events-cluster-ca-cert/ca.crt'
            : `meridian/mirror-to-${name}/${secretKey}`,
        );
        read.push(place);
      }
    }
  }
  // Nothing is published that nobody takes.
  const all = [...pushed.values()].flat().map(({ to }) => to);
  expect(new Set(read)).toEqual(new Set(all));
});

it('opens each listener to those of its flows, and no further', () => {
  for (const objects of regions.values()) {
    const [cluster] = ofKind(objects, 'Kafka');
    const policy = ofKind(objects, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'kafka');
    for (const { port, networkPolicyPeers } of cluster!.spec['kafka'].listeners) {
      const allowed = (policy!.spec['ingress'] as Record<string, any>[])
        .filter(({ ports }) => ports?.some((one: any) => one.port === port))
        .flatMap(({ from }) => from);
      expect(networkPolicyPeers.length).toBeGreaterThan(0);
      expect(networkPolicyPeers).toEqual(allowed);
    }
  }
});

it('gives brokers names that its certificates and other regions know', () => {
  const [cluster] = ofKind(regions.get('eu-central')!, 'Kafka');
  const remote = cluster!.spec['kafka'].listeners.find(({ name }: any) => name === 'remote');
  const { bootstrap, advertisedHostTemplate, perBrokerAnnotationsTemplate } = remote.configuration;
  const hostname = 'external-dns.kubernetes.io/hostname';
  expect(bootstrap.annotations[hostname]).toBe('kafka.eu-central.internal.meridian.example');
  expect(bootstrap.alternativeNames).toEqual([bootstrap.annotations[hostname]]);
  expect(perBrokerAnnotationsTemplate[hostname]).toBe(advertisedHostTemplate);
  expect(advertisedHostTemplate).toBe('broker-{nodeId}.kafka.eu-central.internal.meridian.example');
});

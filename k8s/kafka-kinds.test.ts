import { describe, expect, it } from 'vitest';
import { kafkaKinds, ofKind, renderRegion, type Rendered } from './testing/kafka-kinds.ts';

describe.each(kafkaKinds)('with %s', (kind, environment) => {
  const regions = new Map(
    environment.regions.map((region): [string, readonly Rendered[]] => [
      region.name,
      renderRegion({ environment, region }),
    ]),
  );

  /** The addresses that listeners declare, in the cluster and for other regions, or that the provider gave. */
  const declaredIn = (name: string): { inside: readonly string[]; outside: readonly string[] } => {
    const { kafka } = environment.regions.find((region) => region.name === name)!;
    if (kafka.kind !== 'strimzi') {
      const servers = [kafka.bootstrapServers.join(',')];
      return { inside: servers, outside: servers };
    }
    const [cluster] = ofKind(regions.get(name)!, 'Kafka');
    const { metadata } = cluster!;
    const listeners = cluster!.spec['kafka'].listeners as Record<string, any>[];
    return {
      inside: listeners
        .filter(({ type }) => type === 'internal')
        .map(({ port }) => `${metadata.name}-kafka-bootstrap.${metadata.namespace}.svc:${port}`),
      outside: listeners
        .filter(({ type }) => type !== 'internal')
        .flatMap(({ port, configuration }) =>
          configuration.bootstrap.alternativeNames.map((host: string) => `${host}:${port}`),
        ),
    };
  };

  it('names no address that is not declared: programs, scalers and mirrors', () => {
    for (const [name, objects] of regions) {
      const { inside } = declaredIn(name);
      const config = ofKind(objects, 'ConfigMap').flatMap(({ data }) => data?.['KAFKA_BROKERS'] ?? []);
      const triggers = ofKind(objects, 'ScaledObject').flatMap(({ spec }) =>
        spec['triggers'].map(({ metadata }: any) => metadata.bootstrapServers),
      );
      expect([...new Set([...config, ...triggers])]).toEqual(config.length > 0 ? inside : []);
      for (const { spec } of ofKind(objects, 'KafkaMirrorMaker2')) {
        expect(inside).toContain(spec['target'].bootstrapServers);
        for (const { source } of spec['mirrors']) {
          expect(source.alias).not.toBe(name);
          expect(declaredIn(source.alias).outside).toContain(source.bootstrapServers);
        }
      }
    }
  });

  it('mirrors where there is another region, from each of them', () => {
    for (const [name, objects] of regions) {
      const sources = ofKind(objects, 'KafkaMirrorMaker2').flatMap(({ spec }) =>
        spec['mirrors'].map(({ source }: any) => source.alias as string),
      );
      expect(sources).toEqual([...regions.keys()].filter((other) => other !== name));
    }
  });

  it('gives every container, scaler and mirror a Secret that something makes, with those keys', () => {
    for (const objects of regions.values()) {
      for (const [namespace, secret, key] of secretsUsed(objects)) {
        expect([secret, keysOf(objects, namespace, secret)]).toEqual([secret, expect.arrayContaining([key])]);
      }
    }
  });

  it('lets its programs and mirrors out to where the brokers are', () => {
    for (const [name, objects] of regions) {
      const { network } = environment.regions.find((region) => region.name === name)!;
      const policy = ofKind(objects, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'uses-kafka');
      if (!ofKind(objects, 'Deployment').some(usesKafka)) continue;
      const [{ to, ports }] = policy!.spec['egress'];
      const brokers = { ...inNamespace('meridian-data'), ...labelled({ 'strimzi.io/cluster': 'events' }) };
      const expected = {
        strimzi: [[brokers], [9093]],
        msk: [[{ ipBlock: { cidr: network.range } }], [9094]],
        'confluent-cloud': [[{ ipBlock: { cidr: '0.0.0.0/0', except: expect.any(Array) } }], [9092]],
      }[kind];
      expect([to, ports.map(({ port }: any) => port)]).toEqual(expected);
    }
  });
});

const inNamespace = (name: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});
const labelled = (matchLabels: object): object => ({ podSelector: { matchLabels } });

const usesKafka = ({ spec }: Rendered): boolean =>
  spec['template'].metadata.labels['uses.meridian.example/kafka'] === 'true';

/** Namespace, Secret and key, wherever Kafka's are named. */
function secretsUsed(objects: readonly Rendered[]): [string, string, string][] {
  const programs = ofKind(objects, 'Deployment').filter(usesKafka);
  return [
    ...programs.flatMap(({ spec }) => {
      const { volumes = [], containers } = spec['template'].spec;
      const [{ env = [], volumeMounts = [] }] = containers;
      return env.map(({ value, valueFrom }: any): [string, string, string] => {
        if (valueFrom) return ['meridian', valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key];
        const mount = volumeMounts.find(({ mountPath }: any) => value.startsWith(`${mountPath}/`));
        const volume = volumes.find(({ name }: any) => name === mount.name);
        return ['meridian', volume.secret.secretName, value.slice(mount.mountPath.length + 1)];
      });
    }),
    ...ofKind(objects, 'TriggerAuthentication').flatMap(({ spec }) =>
      spec['secretTargetRef'].map(({ name, key }: any) => ['meridian', name, key]),
    ),
    ...ofKind(objects, 'KafkaMirrorMaker2').flatMap(({ spec }) =>
      [spec['target'], ...spec['mirrors'].map(({ source }: any) => source)].flatMap(
        ({ tls, authentication }: any) => [
          ...tls.trustedCertificates.map((one: any) => ['meridian-data', one.secretName, one.certificate]),
          ...[authentication.certificateAndKey.certificate, authentication.certificateAndKey.key].map(
            (key) => ['meridian-data', authentication.certificateAndKey.secretName, key],
          ),
        ],
      ),
    ),
  ];
}

/** The keys of a Secret, by whatever makes it. */
function keysOf(objects: readonly Rendered[], namespace: string, secret: string): readonly string[] {
  return objects
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap(({ kind, metadata, spec }) => {
      if (kind === 'KafkaUser' && metadata.name === secret) return ['user.crt', 'user.key'];
      if (kind === 'Kafka' && `${metadata.name}-cluster-ca-cert` === secret) return ['ca.crt'];
      if (kind === 'Certificate' && spec['secretName'] === secret) return ['tls.crt', 'tls.key'];
      if (kind === 'ExternalSecret' && spec['target'].name === secret)
        return (spec['data'] ?? []).map(({ secretKey }: any) => secretKey as string);
      return [];
    });
}

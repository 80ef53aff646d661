import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { environments } from '../../environments/index.ts';
import { namespaces } from '../place.ts';
import { ofKind, renderRegion } from '../testing/kafka-kinds.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map(
    (region) => [`${environment.name}/${region.name}`, { environment, region }] as const,
  ),
);

const hours = (text: unknown): number => Number(/^(\d+)h$/.exec(String(text))![1]);

describe.each(places)('%s', (_, place) => {
  const objects = renderRegion(place);
  const [cluster] = ofKind(objects, 'RedisCluster');
  const certificateIn = (secret: string) =>
    ofKind(objects, 'Certificate').find(({ spec }) => spec['secretName'] === secret)!;
  const certificate = certificateIn(cluster!.spec['TLS'].secret.secretName as string);

  it('has a certificate for every name under which a client meets a node, and for no other cluster', () => {
    const dnsNames = certificate.spec['dnsNames'] as string[];
    const shown = { subjectaltname: dnsNames.map((name) => `DNS:${name}`).join(', ') } as PeerCertificate;
    const nodes = ofKind(objects, 'ConfigMap').find(
      ({ metadata }) => metadata.name === 'system-redis',
    )!.data!;
    const pods = (['leader', 'follower'] as const).flatMap((role) =>
      Array.from(
        { length: cluster!.spec[role === 'leader' ? 'redisLeader' : 'redisFollower'].replicas as number },
        (_pod, index) => `wake-${role}-${index}.wake-${role}-headless.${namespaces.data}.svc.cluster.local`,
      ),
    );
    for (const host of [nodes['REDIS_NODES']!.replace(/:\d+$/, ''), ...pods]) {
      expect([host, checkServerIdentity(host, shown)]).toEqual([host, undefined]);
    }
    expect(
      checkServerIdentity(`wake-leader-0.wake-leader-headless.other.svc.cluster.local`, shown),
    ).toBeInstanceOf(Error);
  });

  it('lets nodes be clients of each other, and renews in time for a machine that lives as long as its Kubernetes', () => {
    expect(certificate.spec['usages']).toEqual(['server auth', 'client auth']);
    const hoursOfVersion = 14 * 31 * 24;
    expect(hours(certificate.spec['renewBefore'])).toBeGreaterThan(1.2 * hoursOfVersion);
  });

  it('gives the authority to every program that uses it, and no key of a node', () => {
    const users = ofKind(objects, 'Deployment').filter(
      ({ spec }) => spec['template'].metadata.labels['uses.meridian.example/redis'] === 'true',
    );
    expect(users.length).toBeGreaterThan(4);
    for (const { spec } of users) {
      const [{ env, volumeMounts }] = spec['template'].spec.containers;
      expect(env).toContainEqual({ name: 'REDIS_TLS_CA_FILE', value: '/etc/redis/ca/ca.crt' });
      expect(volumeMounts).toContainEqual({ name: 'redis-ca', mountPath: '/etc/redis/ca', readOnly: true });
    }
    const readable = ofKind(objects, 'Role').flatMap((role) =>
      ((role as unknown as { rules: { resourceNames?: string[] }[] }).rules ?? []).flatMap(
        ({ resourceNames = [] }) => resourceNames,
      ),
    );
    expect(readable).toContain('redis-client-tls');
    expect(readable).not.toContain(certificate.spec['secretName']);
    expect(certificateIn('redis-client-tls').spec['usages']).toEqual(['client auth']);
  });
});

import { describe, expect, it } from 'vitest';
import { environments } from '../../environments/index.ts';
import { meshPort, namespaces } from '../place.ts';
import { ofKind, renderRegion, type Rendered } from '../testing/kafka-kinds.ts';
import { operatorsOf } from './operators.ts';

const places = environments.flatMap((environment) =>
  environment.regions.map(
    (region) => [`${environment.name}/${region.name}`, { environment, region }] as const,
  ),
);

describe.each(places)('%s', (_, place) => {
  const objects = renderRegion(place);
  const policy = (name: string): Rendered['spec'] =>
    ofKind(objects, 'AuthorizationPolicy').find(({ metadata }) => metadata.name === name)!.spec;

  it('lets the edge and the programs themselves ask the gateways, on their one port', () => {
    const source = { namespaces: expect.arrayContaining([namespaces.edge, namespaces.programs]) as unknown };
    expect(policy('gateways')).toEqual({
      selector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
      action: 'ALLOW',
      rules: [{ from: [{ source }], to: [{ operation: { ports: ['8080'] } }] }],
    });
  });

  it('leaves the metrics open to who has no identity, as mutual TLS does', () => {
    const [strict] = ofKind(objects, 'PeerAuthentication');
    const plain = Object.keys(strict!.spec['portLevelMtls']);
    expect(policy('every-pod')['rules']).toEqual([{ to: [{ operation: { ports: plain } }] }]);
  });

  it('says nothing of what does not pass it: the tunnel itself, and what reaches Kong', () => {
    const all = ofKind(objects, 'AuthorizationPolicy');
    expect(all.map(({ metadata }) => metadata.name)).not.toContain('kong');
    expect(JSON.stringify(all)).not.toContain(String(meshPort));
    const [kong] = ofKind(objects, 'Deployment').filter(({ metadata }) => metadata.name === 'kong');
    expect(kong!.spec['template'].metadata.annotations).toEqual({
      'ambient.istio.io/bypass-inbound-capture': 'true',
    });
  });

  it('is run by parts of one version, in a namespace that lets them redirect traffic', () => {
    const parts = operatorsOf(place).filter(({ namespace }) => namespace === 'istio-system');
    expect(parts.map(({ name }) => name).toSorted()).toEqual([
      'istio-base',
      'istio-cni',
      'istiod',
      'ztunnel',
    ]);
    expect(new Set(parts.map(({ version }) => version)).size).toBe(1);
    for (const { namespaceLabels } of parts) {
      expect(namespaceLabels?.(place)).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'privileged' });
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../rendered/fields.ts';
import { deployment, manifest } from '../../testing/fleet-fixture.ts';
import { reasonsOf, withSpec } from '../../testing/flagged.ts';

const policy = withSpec('networking.k8s.io/v1', 'NetworkPolicy');
const peerAuthentication = withSpec('security.istio.io/v1', 'PeerAuthentication');
const frontend = { podSelector: { matchLabels: { app: 'web' } } };
const ingress = (...rules: readonly JsonObject[]) =>
  policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: rules });
const from = (...peers: readonly JsonObject[]) => ({ from: peers, ports: [{ port: 8080 }] });
const fresh = (rule: JsonObject) => ({
  ...ingress(rule),
  metadata: { name: 'x', namespace: 'meridian' },
});
const mesh = (mode: string) => peerAuthentication({ mtls: { mode } });
const space = (level: string) =>
  manifest('v1', 'Namespace', 'x', {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } },
  });

describe('red flags: the network', () => {
  it('a policy that goes, a rule or peer that comes, a port that is no longer said', () => {
    expect(reasonsOf(ingress(), undefined)[0]).toContain('NetworkPolicy deleted');
    expect(reasonsOf(ingress(), ingress(from(frontend)))).toEqual([
      'NetworkPolicy opens more ingress: from web on 8080',
    ]);
    expect(reasonsOf(ingress(from(frontend)), ingress({ from: [frontend] }))).toEqual([
      'NetworkPolicy opens more ingress: from web',
    ]);
    expect(reasonsOf(ingress(from(frontend)), ingress(from()))[0]).toContain('from anyone');
    expect(
      reasonsOf(ingress(from(frontend)), ingress(from({ ipBlock: { cidr: '0.0.0.0/0' } })))[0],
    ).toContain('from anyone');
  });

  it('a direction that is no longer governed, pods that are no longer selected', () => {
    expect(
      reasonsOf(
        policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
        policy({ podSelector: { matchLabels: { a: 'b' } }, policyTypes: ['Ingress'] }),
      ),
    ).toEqual([
      'NetworkPolicy no longer governs Egress: all of it is open',
      'NetworkPolicy selects other pods: those it selected before may be open',
    ]);
  });

  it('not a rule that is taken away or made narrower', () => {
    const two = ingress(from(frontend, { podSelector: { matchLabels: { app: 'job' } } }));
    expect(reasonsOf(two, ingress(from(frontend)))).toEqual([]);
    expect(reasonsOf(ingress({ from: [frontend] }), ingress(from(frontend)))).toEqual([]);
    expect(reasonsOf(ingress(from(frontend)), ingress())).toEqual([]);
  });

  it('a new policy only where it opens pods that run, or opens to anyone', () => {
    expect(reasonsOf(deployment('a'), [deployment('a'), fresh(from(frontend))])).toEqual([
      'NetworkPolicy opens ingress of pods that are running: from web on 8080',
    ]);
    expect(reasonsOf(undefined, [deployment('a'), fresh(from(frontend))])).toEqual([]);
    expect(reasonsOf(undefined, fresh({}))).toEqual(['NetworkPolicy opens ingress from anyone']);
  });

  it('plain text in the mesh, a lower Pod Security level', () => {
    expect(reasonsOf(mesh('STRICT'), mesh('PERMISSIVE'))).toEqual([
      'mTLS STRICT → PERMISSIVE: plain text is accepted',
    ]);
    expect(reasonsOf(space('restricted'), space('baseline'))).toEqual(['Pod Security restricted → baseline']);
    expect(reasonsOf(space('baseline'), space('restricted'))).toEqual([]);
  });

  it('a namespace that leaves the mesh', () => {
    const member = manifest('v1', 'Namespace', 'x', {
      metadata: {
        labels: {
          'pod-security.kubernetes.io/enforce': 'restricted',
          'istio.io/dataplane-mode': 'ambient',
        },
      },
    });
    expect(reasonsOf(member, space('restricted'))).toEqual([
      'leaves the mesh: its pods are reached in plain text',
    ]);
    expect(reasonsOf(space('restricted'), member)).toEqual([]);
  });
});

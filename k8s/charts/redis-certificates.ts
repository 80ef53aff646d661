import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { redisNames } from '../names.ts';
import { namespaces } from '../place.ts';

const authority = 'redis-authority';
const root = 'redis-root';

/** An authority of Redis's own, the certificate of its nodes, and one that carries the authority to the clients. */
export function addRedisCertificates(chart: Chart): void {
  add(chart, 'Issuer', root, { selfSigned: {} });
  add(chart, 'Certificate', authority, {
    isCA: true,
    commonName: 'redis',
    secretName: authority,
    duration: '87600h',
    renewBefore: '26280h',
    // Renewed with the same key: certificates of before stay good, and clients that know the authority of before.
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
    issuerRef: { kind: 'Issuer', name: root },
  });
  add(chart, 'Issuer', authority, { ca: { secretName: authority } });
  add(chart, 'Certificate', redisNames.tlsSecret, {
    ...signed(redisNames.tlsSecret, ['server auth', 'client auth']),
    dnsNames: redisNames.hosts,
  });
  // Redis asks clients for no certificate: whoever reads this Secret has the authority, and a key that opens nothing.
  add(chart, 'Certificate', redisNames.clientSecret, {
    ...signed(redisNames.clientSecret, ['client auth']),
    commonName: 'redis-client',
  });
}

/** Nodes are clients of each other. They read their certificate when they start, and a machine lives for 30 days (nodes.ts). */
function signed(secretName: string, usages: readonly string[]): Record<string, unknown> {
  return {
    secretName,
    usages,
    duration: '8760h',
    renewBefore: '4380h',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    issuerRef: { kind: 'Issuer', name: authority },
  };
}

function add(
  chart: Chart,
  kind: 'Issuer' | 'Certificate',
  name: string,
  spec: Record<string, unknown>,
): void {
  customObject(chart, `${name}-${kind.toLowerCase()}`, {
    apiVersion: 'cert-manager.io/v1',
    kind,
    name,
    namespace: namespaces.data,
    annotations: inWave('operatorsReady'),
    spec,
  });
}

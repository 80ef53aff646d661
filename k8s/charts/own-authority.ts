import type { Chart } from 'cdk8s';
import { customObject, inWave } from '../custom-object.ts';
import { namespaces } from '../place.ts';

const apiVersion = 'cert-manager.io/v1';

/** An authority of a data system's own, beside it: what it signs is trusted by whoever is given its certificate. */
export function addAuthority(chart: Chart, authority: string, commonName: string): void {
  const root = `${commonName}-root`;
  add(chart, 'Issuer', root, { selfSigned: {} });
  add(chart, 'Certificate', authority, {
    isCA: true,
    commonName,
    secretName: authority,
    duration: '87600h',
    renewBefore: '26280h',
    // Renewed with the same key: certificates of before stay good, and clients that know the authority of before.
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
    issuerRef: { kind: 'Issuer', name: root },
  });
  add(chart, 'Issuer', authority, { ca: { secretName: authority } });
}

/** A certificate of such an authority for a year, renewed after half of it; the Secret has its name, and `ca.crt` too. */
export function addSigned(
  chart: Chart,
  authority: string,
  name: string,
  spec: { readonly usages: readonly string[] } & Readonly<Record<string, unknown>>,
): void {
  add(chart, 'Certificate', name, {
    secretName: name,
    duration: '8760h',
    renewBefore: '4380h',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    issuerRef: { kind: 'Issuer', name: authority },
    ...spec,
  });
}

function add(
  chart: Chart,
  kind: 'Issuer' | 'Certificate',
  name: string,
  spec: Record<string, unknown>,
): void {
  customObject(chart, `${name}-${kind.toLowerCase()}`, {
    apiVersion,
    kind,
    name,
    namespace: namespaces.data,
    annotations: inWave('operatorsReady'),
    spec,
  });
}

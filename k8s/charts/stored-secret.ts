import type { Chart } from 'cdk8s';
import type { SystemName } from '../../platform/resources.ts';
import { customObject, inWave, type Wave } from '../custom-object.ts';
import { secretPath, secretStore } from '../names.ts';
import { namespaces, type Place } from '../place.ts';
import { configOf } from '../system-variables.ts';

/** A Secret that External Secrets keeps like what its store holds. */
export type ExternalSecret = {
  /** Of the Secret too. */
  readonly name: string;
  readonly namespace: string;
  readonly wave: Wave;
  /** The region's store unless given. */
  readonly store?: { readonly kind: string; readonly name: string };
  /** Single properties, or a stored secret whole. */
  readonly from: { readonly data: readonly object[] } | { readonly dataFrom: readonly object[] };
  /** What the Secret holds instead of the properties as they are: texts with `{{ .secretKey }}` in them. */
  readonly template?: Readonly<Record<string, string>>;
  /** With a template: by which labels, annotations and type others know the Secret. */
  readonly form?: {
    readonly type?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
};

/** Adds a Secret that is filled from a store. */
export function addExternalSecret(
  chart: Chart,
  { name, namespace, wave, store = secretStore, from, template, form }: ExternalSecret,
): void {
  customObject(chart, `${name}-secret`, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    name,
    namespace,
    annotations: inWave(wave),
    spec: {
      refreshInterval: '1h',
      secretStoreRef: store,
      target: {
        name,
        creationPolicy: 'Owner',
        ...(template === undefined ? {} : { template: templateOf(template, form) }),
      },
      ...from,
    },
  });
}

function templateOf(
  data: Readonly<Record<string, string>>,
  { type, ...metadata }: NonNullable<ExternalSecret['form']> = {},
): object {
  return {
    ...(type === undefined ? {} : { type }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    data,
  };
}

/** The password by which programs use a system, for who must know it too. */
export function passwordOf(place: Place, system: SystemName): ExternalSecret['from'] {
  const remoteRef = { key: secretPath(place, configOf(system)), property: 'password' };
  return { data: [{ secretKey: 'password', remoteRef }] };
}

/** All properties of a stored secret, beside the data systems: operators want secrets whole. */
export function addStoredSecret(chart: Chart, place: Place, name: string): void {
  addExternalSecret(chart, {
    name,
    namespace: namespaces.data,
    wave: 'operatorsReady',
    from: { dataFrom: [{ extract: { key: secretPath(place, name) } }] },
  });
}

/** The provider of a region's stored secrets, read by the identity of the operator itself: no key of it is in a cluster. */
export function secretProviderOf({ environment, region }: Place): Record<string, unknown> {
  return environment.secrets.provider === 'vault'
    ? {
        vault: {
          server: `https://vault.${region.name}.internal.${environment.domain}:8200`,
          path: 'secret',
          version: 'v2',
          auth: { kubernetes: { mountPath: 'kubernetes', role: 'external-secrets' } },
        },
      }
    : { aws: { service: 'SecretsManager', region: region.cloudRegion } };
}

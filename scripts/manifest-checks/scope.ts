import { groupKindOf, type Manifest } from './manifest.ts';

/** What one cluster gets: all objects of one folder of `dist/`. Policies look at one scope at a time. */
export type Scope = {
  readonly environment: string;
  readonly region: string;
  /** Whether the environment lets an image run by its tag. */
  readonly requireDigest: boolean;
  readonly manifests: readonly Manifest[];
  /** The objects of a kind: `Service`, `apps/Deployment`. */
  ofKind(...groupKinds: readonly string[]): readonly Manifest[];
  /** `namespace` is undefined for an object that lives in none. */
  find(groupKind: string, namespace: string | undefined, name: string): Manifest | undefined;
};

/** What a policy has to know of an environment. */
export type EnvironmentRules = {
  readonly name: string;
  readonly regions: readonly { readonly name: string }[];
  readonly images: { readonly requireDigest: boolean };
};

export function scopesOf(
  manifests: readonly Manifest[],
  environments: readonly EnvironmentRules[],
): readonly Scope[] {
  const folders = Map.groupBy(manifests, ({ environment, region }) => `${environment}/${region}`);
  return [...folders.values()].map((own) => {
    const rules = environments.find(({ name }) => name === own[0]?.environment);
    return createScope(own, rules?.images.requireDigest ?? true);
  });
}

export function createScope(manifests: readonly Manifest[], requireDigest: boolean): Scope {
  const byKind = Map.groupBy(manifests, ({ object }) => groupKindOf(object));
  const byName = new Map(manifests.map((manifest) => [identityOf(manifest), manifest]));
  return {
    environment: manifests[0]?.environment ?? '',
    region: manifests[0]?.region ?? '',
    requireDigest,
    manifests,
    ofKind: (...groupKinds) => groupKinds.flatMap((groupKind) => byKind.get(groupKind) ?? []),
    find: (groupKind, namespace, name) => byName.get(`${groupKind} ${namespace ?? ''}/${name}`),
  };
}

/** The same for two objects of which a cluster can have only one. */
export function identityOf({ object }: Manifest): string {
  return `${groupKindOf(object)} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

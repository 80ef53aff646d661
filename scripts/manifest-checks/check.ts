import type { Finding } from './manifest.ts';
import { checkPolicies } from './policy/index.ts';
import type { ReadManifests } from './read-manifests.ts';
import { checkSchemas, type SchemaCheck } from './schemas/check-schemas.ts';
import type { Catalogue } from './schemas/catalogue.ts';
import { scopesOf, type EnvironmentRules } from './scope.ts';

export type Report = Omit<SchemaCheck, 'findings'> & {
  readonly files: number;
  readonly objects: number;
  readonly scopes: number;
  readonly findings: readonly Finding[];
};

/** All checks that need no cluster. */
export function checkManifests(
  read: ReadManifests,
  catalogue: Catalogue,
  environments: readonly EnvironmentRules[],
): Report {
  const { manifests, files } = read;
  const scopes = scopesOf(manifests, environments);
  const { findings, ...schemas } = checkSchemas(manifests, catalogue);
  return {
    ...schemas,
    files,
    objects: manifests.length,
    scopes: scopes.length,
    findings: [...read.findings, ...findings, ...scopes.flatMap(checkPolicies)],
  };
}

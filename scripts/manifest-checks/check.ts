import type { Environment } from '../../environments/schema.ts';
import { checkDrift } from './drift/index.ts';
import type { Finding } from './manifest.ts';
import { checkPolicies } from './policy/index.ts';
import type { ReadManifests } from './read-manifests.ts';
import { checkSchemas, type SchemaCheck } from './schemas/check-schemas.ts';
import type { Catalogue } from './schemas/catalogue.ts';
import { checkPlaces } from './places.ts';
import type { ServerCheck } from './server-dry-run.ts';
import { scopesOf } from './scope.ts';

export type Report = Omit<SchemaCheck, 'findings'> & {
  readonly files: number;
  readonly objects: number;
  readonly scopes: number;
  readonly findings: readonly Finding[];
  /** Where an API server was to be asked. */
  readonly server?: Omit<ServerCheck, 'findings'>;
};

/** All checks that need no cluster. */
export function checkManifests(
  read: ReadManifests,
  catalogue: Catalogue,
  environments: readonly Environment[],
): Report {
  const { manifests, files } = read;
  const scopes = scopesOf(manifests, environments);
  const { findings, ...schemas } = checkSchemas(manifests, catalogue);
  return {
    ...schemas,
    files,
    objects: manifests.length,
    scopes: scopes.length,
    findings: [
      ...read.findings,
      ...findings,
      ...checkPlaces(manifests, environments, read.isWhole),
      ...scopes.flatMap(checkPolicies),
      ...scopes.flatMap((scope) => {
        const environment = environments.find(({ name }) => name === scope.environment);
        return environment ? checkDrift(scope, environment) : [];
      }),
    ],
  };
}

/** Whether nothing is wrong, and everything that was to be checked was. */
export function isPassed({ findings, unchecked, server }: Report, allowMissingSchemas: boolean): boolean {
  const isWhole = unchecked.length === 0 || allowMissingSchemas;
  return findings.length === 0 && isWhole && server?.unavailable === undefined;
}

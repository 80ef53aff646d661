import type { KubernetesObject } from '../manifest.ts';
import type { Catalogue } from './catalogue.ts';
import { cachedSchemas, downloadSchemas, type Download } from './download.ts';
import { coreFile, schemaFileOf } from './locations.ts';
import { openCatalogue, type SchemaFolders } from './sources.ts';

export type CompleteCatalogue = {
  readonly catalogue: Catalogue;
  readonly loaded: number;
  /** Addresses that could not be read, each with its reason. */
  readonly failed: readonly string[];
};

/** The schemas of all kinds of some objects: from folders, else from the cache, else (with `download`) from the projects. */
export async function completeCatalogue(
  objects: readonly Pick<KubernetesObject, 'apiVersion' | 'kind'>[],
  folders: SchemaFolders,
  { download, ...options }: Download & { readonly download: boolean },
): Promise<CompleteCatalogue> {
  const open = (): Catalogue => {
    const cached = cachedSchemas(options.cache);
    // Later files win: a folder that was named goes before the cache.
    return openCatalogue({
      openapi: [...cached.openapi, ...folders.openapi],
      crds: [...cached.crds, ...folders.crds],
    });
  };
  const catalogue = open();
  const kinds = new Map(
    objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  const missing = [...kinds.values()].filter(({ apiVersion, kind }) => {
    const schema = catalogue.find(apiVersion, kind);
    return schema.status === 'unknown' || (schema.status === 'known' && schema.isOwn === true);
  });
  if (missing.length === 0 || !download) return { catalogue, loaded: 0, failed: [] };
  const files = missing.flatMap(({ apiVersion, kind }) => schemaFileOf(apiVersion, kind) ?? []);
  const { loaded, failed } = await downloadSchemas([coreFile(), ...files], options);
  return { catalogue: loaded > 0 ? open() : catalogue, loaded, failed };
}

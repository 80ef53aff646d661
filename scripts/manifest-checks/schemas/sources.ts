import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBuiltInKinds } from './built-in-kinds.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';
import { indexCustomKinds } from './custom-kinds.ts';
import { ownKinds } from './own/index.ts';

/** Where schemas are looked for: folders of OpenAPI documents (`*.json`) and of definitions (`*.yaml`). */
export type SchemaFolders = { readonly openapi: readonly string[]; readonly crds: readonly string[] };

/** The schemas in these folders, and our own of kinds that they do not define. Folders that do not exist are passed over. */
export function openCatalogue({ openapi, crds }: SchemaFolders): Catalogue {
  const builtIn = readBuiltInKinds(openapi.filter(isFolder));
  return createCatalogue(builtIn, indexCustomKinds(yamlFilesOf(crds)), ownKinds);
}

/** Every YAML file below these folders. */
export function yamlFilesOf(folders: readonly string[]): readonly string[] {
  return folders.filter(isFolder).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => join(folder, name)),
  );
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

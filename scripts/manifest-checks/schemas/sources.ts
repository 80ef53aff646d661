import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBuiltInKinds } from './built-in-kinds.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';
import { indexCustomKinds } from './custom-kinds.ts';

/** Where schemas are looked for: folders of OpenAPI documents (`*.json`) and of definitions (`*.yaml`). */
export type SchemaFolders = { readonly openapi: readonly string[]; readonly crds: readonly string[] };

/** The schemas in these folders; those that do not exist are passed over. */
export function openCatalogue({ openapi, crds }: SchemaFolders): Catalogue {
  return createCatalogue(readBuiltInKinds(openapi.filter(isFolder)), indexCustomKinds(yamlFilesOf(crds)));
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

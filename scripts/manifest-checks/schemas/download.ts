import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SchemaFile } from './locations.ts';
import { isFolder, type SchemaFolders } from './sources.ts';

const origin = 'https://raw.githubusercontent.com';

export type Download = {
  /** Below `<cache>/schemas`. */
  readonly cache: string;
  /** Another address that serves `<project>/<revision>/<path>`. */
  readonly origin?: string;
};

export type DownloadResult = { readonly loaded: number; readonly failed: readonly string[] };

/** The folders in the cache. A revision is part of the path, so that a new one is never taken for an old one. */
export function cachedSchemas(cache: string): SchemaFolders {
  const below = (type: SchemaFile['type']): readonly string[] => {
    const folder = join(cache, 'schemas', type);
    return isFolder(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  };
  return { openapi: below('openapi'), crds: below('crds') };
}

/** Loads files that are not in the cache yet. What cannot be loaded is said, not thrown: the rest is checked all the same. */
export async function downloadSchemas(
  files: readonly SchemaFile[],
  { cache, origin: from = origin }: Download,
): Promise<DownloadResult> {
  const wanted = new Map(files.map((file) => [targetOf(cache, file), file]));
  const missing = [...wanted].filter(([target]) => !existsSync(target));
  const results = await Promise.all(
    missing.map(async ([target, { project, revision, path }]) => {
      const url = `${from}/${project}/${revision}/${path}`;
      try {
        write(target, await textOf(url));
        return undefined;
      } catch (error) {
        return `${url}: ${reasonOf(error)}`;
      }
    }),
  );
  const failed = results.filter((result) => result !== undefined);
  return { loaded: missing.length - failed.length, failed };
}

function targetOf(cache: string, { type, project, revision, path }: SchemaFile): string {
  const folder = `${project.replace('/', '-')}-${revision}`;
  return join(cache, 'schemas', type, folder, path.replaceAll('/', '-'));
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new RangeError(`status ${answer.status}`);
  return answer.text();
}

/** A file is there whole or not at all. */
function write(target: string, text: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const fresh = `${target}.new-${process.pid}`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

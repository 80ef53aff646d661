import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file of a rendered tree: its path is `<environment>/<region>/<chart>.yaml`. */
export type RenderedFile = { readonly path: string; readonly text: string };

export const isYaml = (path: string): boolean => /\.ya?ml$/.test(path);
/** The configuration of the Worker at the edge, which is no manifest: `<environment>/edge/wrangler.json`. */
export const isEdgeWorker = (path: string): boolean => /(^|\/)edge\/wrangler\.json$/.test(path);

/**
 * The files below a folder laid out as `dist/`, in the order of their paths.
 * @param isWanted which of them are read: YAML unless given
 * @throws RangeError when the folder cannot be read.
 */
export function filesInFolder(
  folder: string,
  isWanted: (path: string) => boolean = isYaml,
): readonly RenderedFile[] {
  return pathsIn(folder)
    .filter(isWanted)
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

function pathsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .toSorted();
  } catch (cause) {
    throw new RangeError(`${folder}: cannot be read`, { cause });
  }
}

/** The cluster that a file is for, by its path; undefined where the path is not `<environment>/<region>/<chart>.yaml`. */
export function placeOf(path: string): { readonly environment: string; readonly region: string } | undefined {
  const [environment, region, chart, ...rest] = path.split('/');
  return environment && region && chart && rest.length === 0 ? { environment, region } : undefined;
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocuments } from '../rendered/documents.ts';
import { isObject, type Json, type JsonObject } from '../rendered/fields.ts';
import { filesInFolder, isEdgeWorker, isYaml, placeOf, type RenderedFile } from '../rendered/folder-files.ts';
import { filesAtRevision } from '../rendered/revision-files.ts';
import { edgeWorkerObject, fleetObject, type FleetObject } from './object.ts';

/** The objects of one cluster by their identity. Beside the regions there are `hub` and, where it was asked for, `edge`. */
export type RegionTree = ReadonlyMap<string, FleetObject>;

/** Not `hub`, the cluster that Argo CD runs on, nor `edge`, the Worker of all regions. */
export const isRegion = (name: string): boolean => name !== 'hub' && name !== 'edge';

/** A rendered environment, region by region in the order of their names. */
export type EnvironmentTree = ReadonlyMap<string, RegionTree>;

/** A rendered fleet: what `dist/` holds at some revision or in some folder. */
export type FleetTree = {
  /** What the reader asked for: a revision or a folder. */
  readonly source: string;
  readonly environments: ReadonlyMap<string, EnvironmentTree>;
};

export type TreeOptions = {
  readonly repository: string;
  readonly environment?: string;
  /** Whether the Worker at the edge is read too; it is no object of a cluster. */
  readonly withEdge?: true;
};

/**
 * Reads a rendered fleet from a folder laid out as `dist/`, or from `dist/` of a git revision. A name that is both is the
 * folder.
 * @throws RangeError naming the source that does not exist, or the file that cannot be read as manifests.
 */
export async function readTree(source: string, options: TreeOptions): Promise<FleetTree> {
  const folder = join(options.repository, source);
  const path = source.startsWith('/') ? source : folder;
  const isWanted = (file: string): boolean =>
    isYaml(file) || (options.withEdge === true && isEdgeWorker(file));
  const files = (await isFolder(path))
    ? filesInFolder(path, isWanted)
    : await filesAtRevision(options.repository, source, 'dist', isWanted);
  return treeOf(source, files, options.environment);
}

/** The same from files that are at hand. */
export function treeOf(source: string, files: readonly RenderedFile[], only?: string): FleetTree {
  const environments = new Map<string, Map<string, Map<string, FleetObject>>>();
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const place = placeOf(file.path);
    if (!place) throw new RangeError(`${source}: ${file.path} is not <environment>/<region>/<chart>.yaml`);
    const { environment, region } = place;
    if (only !== undefined && environment !== only) continue;
    const regions = environments.get(environment) ?? new Map<string, Map<string, FleetObject>>();
    environments.set(environment, regions);
    const objects = regions.get(region) ?? new Map<string, FleetObject>();
    regions.set(region, objects);
    for (const object of objectsOf(file)) {
      const twin = objects.get(object.id);
      if (twin)
        throw new RangeError(`${object.id} stands twice in ${source}: in ${twin.file} and ${object.file}`);
      objects.set(object.id, object);
    }
  }
  return { source, environments };
}

/** Most files of two revisions are the same; parsing is what takes the time, so a text is parsed once. */
const parsed = new Map<string, readonly Json[]>();

function objectsOf(file: RenderedFile): readonly FleetObject[] {
  const { path, text } = file;
  if (isEdgeWorker(path)) return [edgeWorkerObject(parseJson(file), path)];
  let values = parsed.get(text);
  if (!values) {
    const { documents, problems } = parseDocuments(text);
    const [problem] = problems;
    if (problem) throw new RangeError(`${path}: line ${problem.line}: ${problem.message}`);
    values = documents.map(({ value }) => value);
    parsed.set(text, values);
  }
  return values.map((value) => {
    if (!isObject(value)) throw new RangeError(`${path}: a document that is no object`);
    return fleetObject(value, path);
  });
}

function parseJson({ path, text }: RenderedFile): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new RangeError(`${path}: is not JSON`, { cause });
  }
  throw new RangeError(`${path}: is no object`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}

/** The names of the environments that any of the trees has. */
export function environmentsOf(...trees: readonly FleetTree[]): readonly string[] {
  return [...new Set(trees.flatMap(({ environments }) => [...environments.keys()]))].toSorted();
}

/** @throws RangeError when none of the trees has the environment that was asked for, or any environment at all. */
export function requireEnvironment(trees: readonly FleetTree[], name: string | undefined): void {
  if (environmentsOf(...trees).length > 0) return;
  const where = trees.map(({ source }) => source).join(' and ');
  throw new RangeError(
    name === undefined
      ? `there are no manifests in ${where}`
      : `there is no environment ${JSON.stringify(name)} in ${where}`,
  );
}

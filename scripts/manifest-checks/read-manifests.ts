import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import { isFields } from './fields.ts';
import type { Finding, KubernetesObject, Manifest } from './manifest.ts';

export type ReadManifests = {
  readonly manifests: readonly Manifest[];
  /** What could not be read as Kubernetes objects. */
  readonly findings: readonly Finding[];
  readonly files: number;
  /** Whether every place was read, not only some. */
  readonly isWhole: boolean;
};

/**
 * Every document below `folder`/<environment>/<region>/, in the order of the file names. `only` keeps what lies in
 * `<environment>` or `<environment>/<region>`.
 * @throws RangeError where there is no such folder, or no file in it.
 */
export function readManifests(folder: string, only: readonly string[] = []): ReadManifests {
  const files = yamlFilesOf(folder);
  const wanted = only.map((place) => place.replace(/\/+$/, ''));
  const unknown = wanted.find((place) => !files.some((file) => file.startsWith(`${place}/`)));
  if (unknown !== undefined) throw new RangeError(`${folder}/${unknown}: no manifests there`);
  if (files.length === 0) throw new RangeError(`${folder}: no manifests there`);
  const chosen = files.filter(
    (file) => wanted.length === 0 || wanted.some((place) => file.startsWith(`${place}/`)),
  );
  const read = chosen.map((file) => readFile(folder, file));
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    findings: read.flatMap(({ findings }) => findings),
    files: chosen.length,
    isWhole: wanted.length === 0,
  };
}

function yamlFilesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .toSorted();
  } catch (cause) {
    throw new RangeError(`${folder}: cannot be read`, { cause });
  }
}

function readFile(folder: string, file: string): Pick<ReadManifests, 'manifests' | 'findings'> {
  const shown = `${folder}/${file}`;
  const [environment, region, ...rest] = file.split('/');
  if (environment === undefined || region === undefined || rest.length !== 1) {
    const message = `must lie in ${folder}/<environment>/<region>/`;
    return { manifests: [], findings: [{ file: shown, object: '', path: '', rule: 'file-place', message }] };
  }
  const { objects, findings } = parseManifests(readFileSync(join(folder, file), 'utf8'), shown);
  return { manifests: objects.map((object) => ({ file: shown, environment, region, object })), findings };
}

/** The objects of one file. As kubectl does, `yes` and `on` are read as booleans (YAML 1.1); a key may stand once. */
export function parseManifests(
  text: string,
  file: string,
): { readonly objects: readonly KubernetesObject[]; readonly findings: readonly Finding[] } {
  const objects: KubernetesObject[] = [];
  const findings: Finding[] = [];
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
    lineCounter,
    prettyErrors: false,
  });
  for (const document of documents) {
    for (const error of [...document.errors, ...document.warnings]) {
      const rule = error.code === 'DUPLICATE_KEY' ? 'yaml-duplicate-key' : 'yaml-syntax';
      const message = `line ${lineCounter.linePos(error.pos[0]).line}: ${error.message}`;
      findings.push({ file, object: '', path: '', rule, message });
    }
    if (document.errors.length > 0) continue;
    const value: unknown = document.toJS();
    if (value === null) continue; // an empty document between two lines of dashes
    const line = `line ${lineCounter.linePos(document.range[0]).line}`;
    if (isObject(value)) objects.push(value);
    else {
      const message = `${line}: no Kubernetes object: needs apiVersion, kind and metadata.name`;
      findings.push({ file, object: '', path: '', rule: 'no-object', message });
    }
  }
  return { objects, findings };
}

function isObject(value: unknown): value is KubernetesObject {
  if (!isFields(value)) return false;
  const { apiVersion, kind, metadata } = value;
  const isNamed = isFields(metadata) && typeof metadata['name'] === 'string' && metadata['name'] !== '';
  return typeof apiVersion === 'string' && typeof kind === 'string' && isNamed;
}

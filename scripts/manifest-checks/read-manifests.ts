import { parseDocuments } from '../rendered/documents.ts';
import { textAt } from '../rendered/fields.ts';
import { filesInFolder, isYaml, placeOf, type RenderedFile } from '../rendered/folder-files.ts';
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
  const wanted = only.map((place) => place.replace(/\/+$/, ''));
  const files = filesInFolder(
    folder,
    (path) => isYaml(path) && (wanted.length === 0 || wanted.some((place) => isIn(place, path))),
  );
  const unknown = wanted.find((place) => !files.some(({ path }) => isIn(place, path)));
  if (unknown !== undefined) throw new RangeError(`${folder}/${unknown}: no manifests there`);
  if (files.length === 0) throw new RangeError(`${folder}: no manifests there`);
  const read = files.map((file) => readFile(folder, file));
  return {
    manifests: read.flatMap(({ manifests }) => manifests),
    findings: read.flatMap(({ findings }) => findings),
    files: files.length,
    isWhole: wanted.length === 0,
  };
}

function readFile(
  folder: string,
  { path, text }: RenderedFile,
): Pick<ReadManifests, 'manifests' | 'findings'> {
  const file = `${folder}/${path}`;
  const place = placeOf(path);
  if (!place) {
    const message = `must lie in ${folder}/<environment>/<region>/`;
    return { manifests: [], findings: [{ file, object: '', path: '', rule: 'file-place', message }] };
  }
  const { objects, findings } = parseManifests(text, file);
  return { manifests: objects.map((object) => ({ file, ...place, object })), findings };
}

const isIn = (place: string, path: string): boolean => path.startsWith(`${place}/`);

/** The objects of one file, and what in it is none. */
export function parseManifests(
  text: string,
  file: string,
): { readonly objects: readonly KubernetesObject[]; readonly findings: readonly Finding[] } {
  const { documents, problems } = parseDocuments(text);
  const finding = (rule: string, line: number, message: string): Finding => ({
    file,
    object: '',
    path: '',
    rule,
    message: `line ${line}: ${message}`,
  });
  const needs = 'no Kubernetes object: needs apiVersion, kind and metadata.name';
  return {
    objects: documents.flatMap(({ value }) => (isKubernetesObject(value) ? [value] : [])),
    findings: [
      ...problems.map(({ line, message, isDuplicate }) =>
        finding(isDuplicate ? 'yaml-duplicate-key' : 'yaml-syntax', line, message),
      ),
      ...documents
        .filter(({ value }) => !isKubernetesObject(value))
        .map(({ line }) => finding('no-object', line, needs)),
    ],
  };
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  const isTyped = textAt(value, 'apiVersion') !== undefined && textAt(value, 'kind') !== undefined;
  return isTyped && (textAt(value, 'metadata', 'name') ?? '') !== '';
}

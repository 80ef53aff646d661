import { parseDocuments } from '../rendered/documents.ts';
import { visitValues } from '../rendered/fields.ts';
import type { RenderedFile } from '../rendered/folder-files.ts';
import { filesAtRevision } from '../rendered/revision-files.ts';
import type { Repository } from './repository.ts';

/** SHA-256 of empty input: what `environments/image.json` holds until the first build; no registry has it. */
const digestOfNothing = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const isBuilt = (image: string): boolean => !image.endsWith(`@${digestOfNothing}`);

/** Every image that manifests name, each once and in order. @throws RangeError where a file is no YAML. */
export function imagesIn(files: readonly RenderedFile[]): readonly string[] {
  const images = new Set<string>();
  for (const { path, text } of files) {
    if (!text.includes('image')) continue;
    const { documents, problems } = parseDocuments(text);
    if (problems[0]) throw new RangeError(`${path}: line ${problems[0].line}: ${problems[0].message}`);
    visitValues(documents, (value, _, field) => {
      if ((field === 'image' || field === 'imageName') && typeof value === 'string') images.add(value);
    });
  }
  return [...images].toSorted();
}

/** Why nothing could run what manifests of a revision name: a digest that is the hash of empty input. */
export async function whyNotBuilt(
  { folder }: Repository,
  revision: string,
  places: readonly string[],
): Promise<string | undefined> {
  for (const place of places) {
    const image = imagesIn(await filesAtRevision(folder, revision, place)).find((name) => !isBuilt(name));
    if (image !== undefined)
      return `${place} names ${image.replace(/(@sha256:.{12}).*/, '$1…')}: the hash of empty input, which no image has`;
  }
  return undefined;
}

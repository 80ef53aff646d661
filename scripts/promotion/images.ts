import { parseAllDocuments, visit, isScalar } from 'yaml';
import { filesAtRevision } from '../fleet/git-tree.ts';
import type { RenderedFile } from '../fleet/tree.ts';
import type { Repository } from './repository.ts';

/** SHA-256 of empty input: what `environments/image.json` holds until the first build; no registry has it. */
const digestOfNothing = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const isBuilt = (image: string): boolean => !image.endsWith(`@${digestOfNothing}`);

/** Every image that manifests name, each once and in order. */
export function imagesIn(files: readonly RenderedFile[]): readonly string[] {
  const images = new Set<string>();
  for (const { text } of files) {
    if (!text.includes('image')) continue;
    for (const document of parseAllDocuments(text)) {
      visit(document, {
        Pair(_, { key, value }) {
          if (!isScalar(key) || (key.value !== 'image' && key.value !== 'imageName')) return;
          if (isScalar(value) && typeof value.value === 'string') images.add(value.value);
        },
      });
    }
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

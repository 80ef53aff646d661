import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { isBuilt } from './images.ts';
import { fileAt, hasCommit, shortOf, type Repository } from './repository.ts';
import { hash, parseYamlFile } from './yaml-file.ts';

export const imageFilePath = 'environments/image.json';

const imageFile = z.strictObject({
  repository: z.string(),
  tag: z.string(),
  digest: z.string(),
  /** The commit whose sources are in the image; null until the first build. */
  builtFrom: hash.nullable(),
});

/** For commander: the digest of a build. */
export function builtDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('must be sha256: and 64 hexadecimal digits.');
  if (!isBuilt(`image@${text}`))
    throw new InvalidArgumentError('is the hash of empty input: no build has it.');
  return text;
}

/** Puts a build into the file that the environments read. @returns the image by its digest. @throws Refusal */
export async function writeBuild(path: string, digest: string, builtFrom: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Refusal(`${path}: cannot be read`, { cause });
  });
  // JSON is YAML, and that parser tells a key that is there twice.
  const image = parseYamlFile(imageFile, text, path);
  await writeFile(path, `${JSON.stringify({ ...image, digest, builtFrom }, null, 2)}\n`);
  return `${image.repository}@${digest}`;
}

/**
 * Why the image that a revision names does not have the revision's own sources; undefined when it has. A pull request with a
 * new digest may be merged after other changes. @throws Refusal when the file is missing or wrong.
 */
export async function whyOutdated(repository: Repository, revision: string): Promise<string | undefined> {
  const text = await fileAt(repository, revision, imageFilePath);
  if (text === undefined) throw new Refusal(`${imageFilePath} is not in revision ${shortOf(revision)}`);
  const { builtFrom } = parseYamlFile(imageFile, text, imageFilePath);
  if (builtFrom === null) return `${imageFilePath}: no image was built yet`;
  const short = shortOf(builtFrom);
  if (!(await hasCommit(repository, builtFrom)))
    return `${imageFilePath}: builtFrom ${short} is not in this repository`;
  const ignore = (await fileAt(repository, revision, '.dockerignore')) ?? '';
  const paths = ['Dockerfile', '.dockerignore', ...pathsOf(ignore)];
  const changed = await repository.run(
    'diff',
    '--name-only',
    '--no-renames',
    builtFrom,
    revision,
    '--',
    ...paths,
  );
  const [first = '', ...others] = changed.split('\n');
  if (first === '') return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `the image is of ${short}, and ${first}${more} changed since: merge the pull request of the newer image`;
}

/** What `.dockerignore` lets in, as git's pathspecs: ours begins with `*`, and lets in what follows a `!`. */
function pathsOf(ignore: string): readonly string[] {
  const lines = ignore.split('\n').filter((line) => line !== '' && line !== '*' && !line.startsWith('#'));
  return lines.flatMap((line) =>
    line.startsWith('!')
      ? [line.slice(1)]
      : [`:(exclude,glob)${line}`, `:(exclude,glob)${line.replace(/\/$/, '')}/**`],
  );
}

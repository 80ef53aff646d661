import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { isBuilt } from './images.ts';
import { Refusal } from './refusal.ts';
import { parseYamlFile } from './yaml-file.ts';

const imageFile = z.strictObject({ repository: z.string(), tag: z.string(), digest: z.string() });

/** For commander: the digest of a build. */
export function builtDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('must be sha256: and 64 hexadecimal digits.');
  if (!isBuilt(`image@${text}`)) throw new InvalidArgumentError('is the hash of nothing: no build has it.');
  return text;
}

/** Puts a digest into the file that the environments read. @returns the image by its digest. @throws Refusal */
export async function writeDigest(path: string, digest: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Refusal(`${path}: cannot be read`, { cause });
  });
  // JSON is YAML, and that parser tells a key that is there twice.
  const image = parseYamlFile(imageFile, text, path);
  await writeFile(path, `${JSON.stringify({ ...image, digest }, null, 2)}\n`);
  return `${image.repository}@${digest}`;
}

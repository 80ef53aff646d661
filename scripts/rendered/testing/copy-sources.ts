import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

/**
 * Copies this repository as it is in the working tree, with its packages, so that a test can do as it likes with it. The
 * files come in an order of their own: that of a folder may differ from machine to machine.
 * @param without what is left out, as git's pathspecs; documents always are
 */
export async function copySources(folder: string, ...without: readonly string[]): Promise<void> {
  const asked = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ':!docs', ...without];
  const { stdout } = await execa('git', asked);
  const paths = new Set(stdout.split('\0').filter((name) => name !== '' && existsSync(name)));
  for (const path of shuffled([...paths])) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(path, join(folder, path));
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
}

/** Another order of the same, always the same one. */
export const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item, index) => ({ item, place: (index * 7919) % 1009 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);

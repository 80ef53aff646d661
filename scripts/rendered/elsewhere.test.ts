import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'meridian an other place '));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder's own order of files, and a process's own order of variables, may differ from machine to machine. */
const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item, index) => ({ item, place: (index * 7919) % 1009 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);

/** Every file below a folder, byte for byte. */
function contentsOf(path: string): ReadonlyMap<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.toSorted().map((file) => [relative(path, file), readFileSync(file, 'latin1')]));
}

it('the one command renders the same bytes at another place, in another language, time zone and order', async () => {
  const asked = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ':!dist', ':!docs'];
  const { stdout } = await execa('git', asked);
  for (const path of shuffled(stdout.split('\0').filter((name) => existsSync(name) && name !== ''))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(path, join(folder, path));
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const elsewhere = { ...process.env, LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' };
  await execa(resolve('node_modules/.bin/cdk8s'), ['synth', '--check-upgrade=false'], {
    cwd: folder,
    env: Object.fromEntries(shuffled(Object.entries(elsewhere))),
    extendEnv: false,
  });
  const rendered = contentsOf(join(folder, 'dist'));
  expect(rendered).toEqual(contentsOf('dist'));
  expect(rendered.size).toBeGreaterThan(50);
}, 120_000);

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { copySources, shuffled } from './testing/copy-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'meridian an other place '));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every file below a folder, byte for byte. */
function contentsOf(path: string): ReadonlyMap<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.toSorted().map((file) => [relative(path, file), readFileSync(file, 'latin1')]));
}

it('the one command renders the same bytes at another place, in another language, time zone and order', async () => {
  await copySources(folder, ':!dist');
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

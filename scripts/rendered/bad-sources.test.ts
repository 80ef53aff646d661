import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { copySources } from './testing/copy-sources.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'meridian-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: readonly string[]) =>
  execa(command, args, { cwd: folder, preferLocal: true, localDir: resolve('.'), reject: false });
const git = (...args: readonly string[]) =>
  run('git', '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args);
const tool = (name: string, ...args: readonly string[]) =>
  run(process.execPath, join(folder, 'scripts', `${name}.ts`), ...args);
const distIsAsCommitted = async (): Promise<boolean> =>
  (await git('status', '--porcelain', '--untracked-files=all', 'dist')).stdout === '';

beforeAll(async () => {
  await copySources(folder);
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'all');
});
afterEach(() => git('checkout', '--quiet', 'HEAD', '--', '.'));

function damage(path: string, change: (text: string) => string): void {
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));
}
const marks = '<<<<<<< HEAD\n';

describe('cdk8s synth', () => {
  const cases: [string, string, (text: string) => string, RegExp][] = [
    [
      'marks of a merge',
      'environments/dev.ts',
      (text) => marks + text,
      /^environments\/dev\.ts:1: Merge conflict/,
    ],
    [
      'an open brace',
      'environments/small.ts',
      (text) => `${text}export const more = {\n`,
      /^environments\/small\.ts:\d+: Unexpected token/,
    ],
    [
      'a name that is there twice',
      'environments/staging.ts',
      (text) => `${text}export const staging = 1;\n`,
      /^environments\/staging\.ts:\d+: Identifier 'staging' has already been declared$/,
    ],
    [
      'a name that is not there',
      'environments/production.ts',
      (text) => `${text}export const more = nowhere;\n`,
      /^environments\/production\.ts:\d+: nowhere is not defined$/,
    ],
    [
      'JSON that is none',
      'environments/image.json',
      (text) => marks + text,
      /^environments\/image\.json: .*not valid JSON$/,
    ],
    [
      'a rule that is broken',
      'environments/dev.ts',
      (text) => text.replace('requestsPerMinute: 6000', 'requestsPerMinute: -1'),
      /requestsPerMinute/,
    ],
  ];
  it.each(cases)('tells %s in %s in one line, and leaves dist as it was', async (_, path, change, line) => {
    damage(path, change);
    const { exitCode, stderr } = await run('cdk8s', 'synth', '--check-upgrade=false');
    const [told, ofCommand, ...more] = stderr.split('\n');
    expect(told).toMatch(line);
    expect(ofCommand).toBe('ERROR: synthesis failed, app expected to create ".meridian/synth"');
    expect([exitCode, more]).toEqual([1, []]);
    expect(await distIsAsCommitted()).toBe(true);
  });

  it('has its exit code without the command too', async () => {
    damage('environments/dev.ts', (text) => marks + text);
    expect(await run(process.execPath, 'k8s/main.ts')).toMatchObject({
      exitCode: 1,
      stderr: 'environments/dev.ts:1: Merge conflict marker encountered.',
    });
  });
});

it.each([
  ['diff', ['HEAD', 'HEAD']],
  ['capacity', []],
  ['topology', []],
  ['manifests', []],
] as const)('scripts/%s tells marks of a merge in one line', async (name, args) => {
  damage('environments/prices.ts', (text) => `${marks}${text}`);
  damage('environments/index.ts', (text) => `\n${marks}${text}`);
  const { exitCode, stdout, stderr } = await tool(name, ...args);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    new RegExp(`^${name}: environments/(prices\\.ts:1|index\\.ts:2): Merge conflict marker encountered\\.$`),
  );
});

describe('npm run rendered', () => {
  it('is well when dist is what is rendered', async () => {
    expect(await tool('rendered')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('refuses an edit that is not committed, and does not take it away', async () => {
    const [path = ''] = (await git('ls-files', 'dist/dev')).stdout.split('\n');
    appendFileSync(join(folder, path), '# mine\n');
    const { exitCode, stderr } = await run('npm', 'run', '--silent', 'rendered');
    expect([exitCode, stderr]).toEqual([
      1,
      `rendered: ${path} is changed and not committed: commit it, or take it back`,
    ]);
    expect(readFileSync(join(folder, path), 'utf8')).toMatch(/# mine\n$/);
    copyFileSync(path, join(folder, path));
    writeFileSync(join(folder, 'dist/dev/mine.yaml'), '{}\n');
    expect((await tool('rendered')).stderr).toContain('dist/dev/mine.yaml is changed and not committed');
    rmSync(join(folder, 'dist/dev/mine.yaml'));
  });

  it('names a file that the sources render otherwise', async () => {
    damage('environments/dev.ts', (text) =>
      text.replace('requestsPerMinute: 6000', 'requestsPerMinute: 6001'),
    );
    const { exitCode, stderr } = await tool('rendered');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^rendered: dist\/dev\/\S+ is not what the sources render( \(and \d+ more\))?: /);
  });
});

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, filesOf } from './fleet/testing/fleet-fixture.ts';

let repository = '';

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'fleet-tools-'));
  await git('init', '-q', '-b', 'main');
  await render('2Gi');
  await git('add', '.');
  await git('commit', '-qm', 'base');
  await render('3Gi', 'app:latest');
  await git('commit', '-qam', 'head');
});
afterAll(() => rm(repository, { recursive: true }));

const git = (...args: readonly string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repository });

async function render(memory: string, image?: string): Promise<void> {
  for (const { path, text } of filesOf(() => [
    deployment('order', { memory, ...(image ? { image } : {}) }),
  ])) {
    await mkdir(dirname(join(repository, 'dist', path)), { recursive: true });
    await writeFile(join(repository, 'dist', path), text);
  }
}

const run = (tool: 'diff' | 'capacity' | 'topology', ...args: readonly string[]) =>
  execa(process.execPath, [join(import.meta.dirname, `${tool}.ts`), ...args], {
    cwd: repository,
    reject: false,
  });

describe('scripts/diff', () => {
  it('compares revisions and folders, and fails on red flags only when asked to', async () => {
    const revisions = await run('diff', 'HEAD~1', 'HEAD');
    expect([revisions.exitCode, revisions.stderr]).toEqual([0, '']);
    expect(revisions.stdout).toContain('| **all** | 0 | 4 | 0 | 0 | 0 | +8 GiB |');
    const folder = await run('diff', 'HEAD~1', 'dist', '--environment', 'production', '--fail-on-red-flags');
    expect(folder.exitCode).toBe(1);
    expect(folder.stdout.split('\n').slice(1)).toEqual(revisions.stdout.split('\n').slice(1));
    const same = await run('diff', 'HEAD', 'dist', '--fail-on-red-flags');
    expect([same.exitCode, same.stdout]).toEqual([
      0,
      '## Fleet: `HEAD` → `dist`\n\nNo object differs in production.',
    ]);
  });

  it('shows the Worker at the edge', async () => {
    const edge = join(repository, 'changed/production/edge');
    await mkdir(edge, { recursive: true });
    await cp(join(repository, 'dist'), join(repository, 'changed'), { recursive: true });
    await writeFile(join(edge, 'wrangler.json'), '{"name":"edge"}');
    const { stdout } = await run('diff', 'HEAD', 'changed');
    await rm(join(repository, 'changed'), { recursive: true });
    expect(stdout).toContain('- Worker `edge` (edge)');
  });

  it('says that git is missing, not the revision', async () => {
    const { exitCode, stderr } = await execa(
      process.execPath,
      [join(import.meta.dirname, 'diff.ts'), 'HEAD~1', 'HEAD'],
      { cwd: repository, env: { PATH: repository }, reject: false },
    );
    expect([exitCode, stderr]).toEqual([2, 'diff: there is no git on the PATH']);
  });

  it('gives the same as JSON', async () => {
    const { stdout } = await run('diff', 'HEAD~1', 'HEAD', '--json');
    const { environments } = JSON.parse(stdout) as {
      environments: {
        redFlags: { rule: string; regions: string[] }[];
        changes: { objects: { name: string }[] }[];
      }[];
    };
    expect(environments[0]!.redFlags.map(({ rule, regions }) => [rule, regions.length])).toEqual([
      ['image', 4],
    ]);
    expect(environments[0]!.changes.map(({ objects }) => objects.map(({ name }) => name))).toEqual([
      ['order'],
    ]);
  });

  it.each([
    [['HEAD'], "error: missing required argument 'head'"],
    [['v0', 'HEAD'], 'diff: there is no revision or folder "v0" (a shallow clone?)'],
    [['HEAD', 'HEAD', '--environment', 'prod'], 'diff: there is no environment "prod" in HEAD and HEAD'],
  ])('refuses %j in one line', async (args, message) => {
    const { exitCode, stdout, stderr } = await run('diff', ...args);
    expect([exitCode, stdout, stderr.split('\n')[0]]).toEqual([2, '', message]);
  });
});

describe('scripts/capacity', () => {
  it('adds up a revision, and compares nothing in a fleet that is another one', async () => {
    const { exitCode, stdout } = await run('capacity', 'HEAD~1', '--check');
    expect(exitCode).toBe(1);
    expect(stdout.replaceAll(/ +/g, ' ')).toContain('│ all │ programs │ │ 8 │ 2 │ 16 GiB │ │');
    const json = JSON.parse((await run('capacity', '--json')).stdout) as { regions: { region: string }[] };
    expect(json.regions.map(({ region }) => region)).toHaveLength(4);
  });

  it('names the file that is no manifest', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'fleet-broken-'));
    await mkdir(join(broken, 'production/us-east'), { recursive: true });
    await writeFile(join(broken, 'production/us-east/a.yaml'), 'kind: Pod\n');
    const { exitCode, stderr } = await run('capacity', broken);
    await rm(broken, { recursive: true });
    expect([exitCode, stderr]).toEqual([
      2,
      'capacity: production/us-east/a.yaml: an object without apiVersion',
    ]);
  });
});

describe('scripts/topology', () => {
  it('writes a picture, or says why it cannot', async () => {
    const file = join(repository, 'fleet.svg');
    expect((await run('topology', '--out', file)).exitCode).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const nowhere = await run('topology', '--out', join(repository, 'no/such/folder.svg'));
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      2,
      expect.stringMatching(/^topology: ENOENT.*folder\.svg'$/),
    ]);
    const both = await run('topology', '--html', '--json');
    expect([both.exitCode, both.stderr]).toEqual([2, 'topology: --html and --json exclude each other']);
  });
});

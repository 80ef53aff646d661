import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deployment, filesOf, manifest } from './testing/fleet-fixture.ts';
import { readTree, requireEnvironment, treeOf, type FleetTree } from './tree.ts';

let repository = '';

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'fleet-tree-'));
});
afterEach(() => rm(repository, { recursive: true }));

const git = (...args: readonly string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repository });

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), text);
}

async function writeFleet(memory: string): Promise<void> {
  const files = filesOf((region) => [
    deployment('order', { memory }),
    manifest('v1', 'ConfigMap', 'note', { data: { text: `Übung in ${region}\n---\nend\n` } }),
  ]);
  for (const { path, text } of files) await write(`dist/${path}`, text);
}

function idsOf(tree: FleetTree): readonly string[] {
  return [...(tree.environments.get('production')?.get('us-east')?.keys() ?? [])];
}

describe('a rendered tree', () => {
  it('is the same from a folder and from a revision', async () => {
    await git('init', '-q');
    await writeFleet('1Gi');
    await git('add', '.');
    await git('commit', '-qm', 'one');
    await writeFleet('2Gi');
    await git('commit', '-qam', 'two');
    const at = { repository };
    const [folder, head, base] = await Promise.all([
      readTree('dist', at),
      readTree('HEAD', at),
      readTree('HEAD~1', at),
    ]);
    expect(idsOf(folder)).toEqual(['apps/Deployment/meridian/order', '/ConfigMap/meridian-data/note']);
    expect([...head.environments]).toEqual([...folder.environments]);
    expect([...base.environments]).not.toEqual([...head.environments]);
    expect([...head.environments.get('production')!.keys()]).toHaveLength(4);
  });

  it('takes three git processes of a revision, however many files it has', async () => {
    await git('init', '-q');
    await writeFleet('1Gi');
    for (let index = 0; index < 40; index += 1)
      await write(
        `dist/dev/us-east/c${index}.yaml`,
        `apiVersion: v1\nkind: Node\nmetadata: {name: n${index}}\n`,
      );
    await git('add', '.');
    await git('commit', '-qm', 'one');
    const trace = join(repository, 'trace');
    vi.stubEnv('GIT_TRACE2_EVENT', trace);
    await readTree('HEAD', { repository });
    vi.unstubAllEnvs();
    const starts = (await readFile(trace, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"event":"start"'));
    expect(starts).toHaveLength(3);
  });

  it('is empty for a revision from before the fleet, and not for one that does not exist', async () => {
    await git('init', '-q');
    await git('commit', '-q', '--allow-empty', '-m', 'one');
    const tree = await readTree('HEAD', { repository });
    expect(tree.environments.size).toBe(0);
    expect(() => requireEnvironment([tree], undefined)).toThrow('there are no manifests in HEAD');
    for (const revision of ['v9', '--help', 'HEAD:nothing'])
      await expect(readTree(revision, { repository })).rejects.toThrow(
        `there is no revision or folder ${JSON.stringify(revision)} (a shallow clone?)`,
      );
  });

  it('says that this is no repository', async () => {
    await expect(readTree('HEAD', { repository })).rejects.toThrow(/no revision or folder "HEAD"/);
  });

  it('reads only the environment that is asked for', async () => {
    for (const environment of ['dev', 'production'])
      await write(`dist/${environment}/us-east/a.yaml`, 'apiVersion: v1\nkind: Node\nmetadata: {name: a}\n');
    const tree = await readTree('dist', { repository, environment: 'dev' });
    expect([...tree.environments.keys()]).toEqual(['dev']);
    const none = await readTree('dist', { repository, environment: 'test' });
    expect(() => requireEnvironment([none], 'test')).toThrow('there is no environment "test" in dist');
  });

  it.each([
    ['kind: Node\n', 'an object without apiVersion'],
    ['apiVersion: v1\nkind: Node\n', 'an object without metadata.name'],
    ['a: [1\n', 'line 2: Flow sequence in block collection must be'],
    ['- 1\n', 'a document that is no object'],
  ])('names the file of %j', (text, problem) => {
    const file = { path: 'production/us-east/a.yaml', text };
    expect(() => treeOf('dist', [file])).toThrow(`production/us-east/a.yaml: ${problem}`);
  });

  it('refuses another layout and an object that stands twice', () => {
    const text = 'apiVersion: v1\nkind: Node\nmetadata: {name: a}\n';
    expect(() => treeOf('docs', [{ path: 'a.yaml', text }])).toThrow(
      'docs: a.yaml is not <environment>/<region>/<chart>.yaml',
    );
    const twice = ['a', 'b'].map((chart) => ({ path: `dev/us-east/${chart}.yaml`, text }));
    expect(() => treeOf('dist', twice)).toThrow(
      '/Node//a stands twice in dist: in dev/us-east/a.yaml and dev/us-east/b.yaml',
    );
  });
});

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixtureText } from './testing/applications.ts';
import { gitWorlds, type GitWorld } from './testing/git-world.ts';
import { toolRuns, type Run } from './testing/run-tool.ts';
import { contractsWith } from './testing/sources.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = toolRuns();

describe('in a repository', () => {
  const freshWorld = gitWorlds();
  let world: GitWorld;
  let path: string;
  beforeEach(() => {
    world = freshWorld();
    path = join(world.folder, 'bin');
    mkdirSync(path);
  });
  afterEach(() => world.remove());

  /** A program of that name which writes its arguments to a file, and prints something. */
  function fake(name: 'gh' | 'kubectl', body: string): () => string {
    const log = join(world.folder, `${name}.log`);
    const file = join(path, name);
    writeFileSync(
      file,
      `#!/bin/sh\nfor word in "$@"; do printf '%s\\n' "$word"; done >> '${log}'\n${body}\n`,
    );
    chmodSync(file, 0o755);
    return () => readFileSync(log, 'utf8');
  }
  const withFakes = (): string => `${path}${delimiter}${process.env['PATH']}`;

  it('a release is recorded, listed, shown and promoted; gh opens the pull request', async () => {
    const revision = await world.change('1');
    const short = revision.slice(0, 12);
    const where = { cwd: world.clone.folder, path: withFakes() };
    const opened = fake('gh', 'echo https://git.meridian.example/pull/7');
    const made = await run('release', ['--push'], where);
    expect(made.stdout).toContain(`pushed release/${short}; open it: `);
    expect(opened()).toContain(`--head\nrelease/${short}\n--title\nrelease: ${short}\n`);
    await world.merge(`release/${short}`);
    expect(await run('release', ['make'], where)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('the newest release is the very same: nothing was made'),
    });
    expect((await run('release', ['list'], where)).stdout).toContain(short);
    expect(JSON.parse((await run('release', ['show', short, '--json'], where)).stdout)).toMatchObject({
      revision,
    });
    expect((await run('release', ['check', 'origin/main'], where)).stdout).toBe('all of them are true');

    const halted = await run(
      'promote',
      ['production', '--wave', '2', '--revision', short, '--no-render'],
      where,
    );
    expect(halted.exitCode).toBe(1);
    expect(halted.stdout).toMatch(/│ ap-southeast verified │ NO  │ .*\n(.*\n)*nothing was moved$/);

    const promoted = await run('promote', ['production', '--wave', '1', '--no-render', '--push'], where);
    expect(promoted.exitCode).toBe(0);
    expect(promoted.stdout).toContain(`production/ap-southeast -> ${short}`);
    expect(promoted.stderr).toBe('opened https://git.meridian.example/pull/7');
    expect(opened()).toContain(
      `--head\npromote/production/wave-1/${short}\n--title\nrelease(production): wave 1 to ${short}\n`,
    );
    expect(opened()).toContain('| on main | yes |');
  });

  it('without gh the command is printed; a gh that refuses is told, and the branch stays pushed', async () => {
    const revision = await world.release('1');
    const branch = `promote/production/wave-1/${revision.slice(0, 12)}`;
    const git = (await execa('which', ['git'])).stdout;
    const where = { cwd: world.clone.folder, path: join(world.folder, 'only') };
    mkdirSync(where.path);
    writeFileSync(join(where.path, 'git'), `#!/bin/sh\nexec '${git}' "$@"\n`);
    chmodSync(join(where.path, 'git'), 0o755);
    const unpushed = await run('promote', ['production', '--wave', '1', '--no-render'], where);
    const [command, ...rest] = unpushed.stdout
      .split('\n')
      .slice(-2)
      .map((line) => line.trim());
    expect([command, ...rest]).toEqual([
      `git push origin ${branch}`,
      `gh pr create --base main --head ${branch} --fill`,
    ]);
    const there = (): Promise<string> => world.clone.run('ls-remote', 'origin', `refs/heads/${branch}`);
    expect(await there()).toBe('');
    // As it is typed.
    await execa('sh', ['-c', command!], { cwd: where.cwd });
    expect(await there()).not.toBe('');
    const promoted = await run('promote', ['production', '--wave', '1', '--no-render', '--push'], where);
    expect(promoted).toMatchObject({ exitCode: 0, stderr: '' });
    expect(promoted.stdout).toContain(`open it: gh pr create --base main --head ${branch} --fill`);
    const again = async (): Promise<Run> =>
      run('promote', ['production', '--wave', '1', '--no-render', '--push'], { ...where, path: withFakes() });
    fake(
      'gh',
      "printf 'a pull request for it already exists:\\nhttps://git.meridian.example/7\\n' >&2; exit 1",
    );
    expect(await again()).toMatchObject({ exitCode: 0, stderr: 'opened https://git.meridian.example/7' });
    fake('gh', "echo 'none of the git remotes point to a known GitHub host' >&2; exit 1");
    expect(await again()).toMatchObject({ exitCode: 0, stderr: '' });
    fake('gh', 'echo "no token" >&2; exit 4');
    const refused = await again();
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toBe(
      `promote: ${branch} is pushed, but gh did not open its pull request: no token`,
    );
  });

  it('a rollback ends the operation of another revision, or prints the command', async () => {
    for (const letter of ['1', '2']) {
      const revision = await world.release(letter, contractsWith('id: z.string()'));
      await world.roll(1, { render: null });
      await world.verified('ap-southeast', revision);
    }
    const running = fixtureText('syncing-another-revision').replaceAll('us-west', 'ap-southeast');
    const file = join(world.folder, 'app.json');
    writeFileSync(file, running);
    const patch =
      '{"metadata":{"resourceVersion":"184467"},"status":{"operationState":{"phase":"Terminating"}}}';
    const where = { cwd: world.clone.folder, path: withFakes() };
    const args = ['production', '--region', 'ap-southeast'];

    const printed = await run('rollback', args, where);
    expect(printed.stdout).toMatch(
      /next:\n {2}git push origin (rollback\/production\/ap-southeast\/[0-9a-f]{12})\n {2}gh pr create --base main --head \1 --fill\n/,
    );
    expect(printed.stdout).toContain(
      'ap-southeast: whether an operation runs was not looked at: kubectl get application production-ap-southeast',
    );
    const told = await run('rollback', [...args, '--application-json', file], where);
    expect(told.stdout).toContain(
      `end it: kubectl patch application production-ap-southeast --namespace argocd --type merge --patch '${patch}'`,
    );
    const asked = fake('kubectl', `[ "$1" = get ] && cat '${file}'; exit 0`);
    const ended = await run('rollback', [...args, '--kubeconfig', 'hub.yaml'], where);
    expect(ended.stdout).toMatch(
      /ap-southeast: its operation is of bbbbbbbbbbbb, not of [0-9a-f]{12}; ended$/,
    );
    expect(asked()).toContain(
      'patch\napplication\nproduction-ap-southeast\n--namespace\nargocd\n--kubeconfig\nhub.yaml\n',
    );
    expect(asked()).toContain(`--patch\n${patch}\n`);

    const only = ['--operations-only', '--application-json', file];
    const later = await run('rollback', [...args, ...only], where);
    expect(later.stdout).toMatch(
      /^ap-southeast: its operation is of bbbbbbbbbbbb, not of [0-9a-f]{12}; end it: /,
    );
    expect(later.stdout).not.toContain('rollback/');

    fake('kubectl', 'echo "The connection was refused" >&2; exit 1');
    const away = await run('rollback', [...args, '--kubeconfig', 'hub.yaml'], where);
    expect(away.exitCode).toBe(1);
    expect(away.stdout).toContain(
      'its operation could not be looked at or ended: kubectl get: The connection was refused',
    );
  });

  it('what is refused is one line that says what and where', async () => {
    const gone = ['production', '--wave', '1', '--remote', '../gone.git'];
    const refused = await run('promote', gone, { cwd: world.clone.folder });
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^promote: main of the remote \.\.\/gone\.git could not be fetched: .*$/);
    const withoutGit = { cwd: world.clone.folder, path: join(world.folder, 'empty') };
    expect((await run('release', ['list'], withoutGit)).stderr).toBe('release: there is no git on the PATH');
    const nowhere = await run('release', ['list'], { cwd: world.folder });
    expect(nowhere.stderr).toMatch(
      /^release: main of the remote origin could not be fetched: .*not a git repository.*$/,
    );
  });

  it('a folder for temporary files that is not there is told in one line', async () => {
    const options = { cwd: world.clone.folder, env: { TMPDIR: '/nowhere' }, reject: false } as const;
    const { exitCode, stderr } = await execa(
      process.execPath,
      [resolve('scripts/release.ts'), 'check'],
      options,
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^release: ENOENT: .*$/),
    });
  });
});

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gitWorlds, type GitWorld } from './testing/git-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const freshWorld = gitWorlds();
let world: GitWorld;
beforeEach(() => void (world = freshWorld()));
afterEach(() => world.remove());

it('Ctrl-C half-way leaves nothing: no branch, no checkout, no folder', async () => {
  await world.release('1');
  const before = await world.state();
  const path = join(world.folder, 'bin');
  mkdirSync(path);
  const git = (await execa('which', ['git'])).stdout;
  const [reached, temporary] = [join(world.folder, 'reached'), join(world.folder, 'tmp')];
  mkdirSync(temporary);
  const slow = `#!/bin/sh\ncase "$*" in *checkout*) touch '${reached}'; exec sleep 60 ;; esac\nexec '${git}' "$@"\n`;
  writeFileSync(join(path, 'git'), slow, { mode: 0o755 });
  const running = execa(process.execPath, [resolve('scripts/promote.ts'), 'production', '--wave', '1'], {
    cwd: world.clone.folder,
    env: { PATH: `${path}${delimiter}${process.env['PATH']}`, TMPDIR: temporary },
    reject: false,
  });
  await vi.waitUntil(() => existsSync(reached), 30_000);
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running;
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 130,
    stdout: '',
    stderr: 'promote: stopped by SIGINT: in git checkout',
  });
  expect(await world.state()).toBe(before);
  expect(readdirSync(temporary)).toEqual([]);
});

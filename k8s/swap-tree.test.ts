import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settleTree, swapTree } from './swap-tree.ts';

const fileCount = 300;
let folder: string;
let tree: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-swap-'));
  tree = join(folder, 'dist');
  for (const name of ['a', 'b']) fill(join(folder, name), name);
});
afterEach(() => rmSync(folder, { recursive: true }));

function fill(path: string, text: string): void {
  mkdirSync(join(path, 'inner'), { recursive: true });
  for (let index = 0; index < fileCount; index += 1)
    writeFileSync(join(path, 'inner', `${index}.yaml`), text);
}

/** The one text of all files of the tree, however many; "a, b" or a number would be a mixture. */
function wholeTree(): string {
  const files = readdirSync(join(tree, 'inner'));
  const texts = new Set(files.map((name) => readFileSync(join(tree, 'inner', name), 'utf8')));
  return files.length === fileCount ? [...texts].join(', ') : `${files.length} files`;
}

it('puts one tree in the place of the other, and leaves nothing beside it', () => {
  swapTree(join(folder, 'a'), tree);
  expect(wholeTree()).toBe('a');
  swapTree(join(folder, 'b'), tree);
  expect(wholeTree()).toBe('b');
  expect(readdirSync(folder).toSorted()).toEqual(['a', 'b', 'dist']);
});

it('takes back the tree that a killed run had taken aside, and clears away what it had not finished', () => {
  swapTree(join(folder, 'a'), tree);
  renameSync(tree, join(folder, '.dist-last'));
  mkdirSync(join(folder, '.dist-next/inner'), { recursive: true });
  settleTree(tree);
  expect(wholeTree()).toBe('a');
  expect(readdirSync(folder).toSorted()).toEqual(['a', 'b', 'dist']);
});

it('keeps the new tree where only the old one was left to be removed', () => {
  swapTree(join(folder, 'b'), tree);
  fill(join(folder, '.dist-last'), 'a');
  rmSync(join(folder, '.dist-last/inner/1.yaml'));
  settleTree(tree);
  expect(wholeTree()).toBe('b');
});

// Many times, since nobody knows where a kill strikes.
it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  '%s at any moment leaves a whole tree',
  async (signal) => {
    swapTree(join(folder, 'a'), tree);
    const swapping = `import { swapTree } from ${JSON.stringify(resolve('k8s/swap-tree.ts'))};
    for (;;) for (const name of ['b', 'a']) {
      swapTree(${JSON.stringify(folder)} + '/' + name, ${JSON.stringify(tree)});
      process.stdout.write('.');
      await new Promise((resolve) => setImmediate(resolve));
    }`;
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', swapping]);
      const ended = new Promise((resolved) => child.once('exit', resolved));
      await new Promise((resolved) => child.stdout.once('data', resolved));
      await sleep(round * 7);
      child.kill(signal);
      await ended;
      // A signal that can wait finds the tree in its place; after SIGKILL the next run puts it back.
      if (signal === 'SIGKILL') settleTree(tree);
      expect(['a', 'b']).toContain(wholeTree());
    }
  },
  60_000,
);

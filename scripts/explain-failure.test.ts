import { mkdirSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { explainFailure } from './explain-failure.ts';

const thrownBy = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

test('a program that failed is told with the end of what it said', async () => {
  const program =
    'console.log("begins"); console.log("a"); console.error("b"); console.error("No space left"); process.exit(3)';
  const error = await thrownBy(() => execa(process.execPath, ['-e', program]));
  expect(explainFailure(error)?.split('\n  ').slice(1)).toEqual(['a', 'b', 'No space left']);
  expect(explainFailure(error)).toContain('exit code 3');
});

test('a program that is not there, and a file system that refuses, are told in a line', async () => {
  expect(explainFailure(await thrownBy(() => execa('/no/such/program')))).toContain('ENOENT');
  const refused = await thrownBy(() => mkdirSync('/proc/no/such/folder'));
  expect(explainFailure(refused)).toMatch(
    /^ENOENT: no such file or directory, mkdir '\/proc\/no\/such\/folder'$/,
  );
});

test('a fault of ours is not', () => {
  expect(explainFailure(new TypeError('x is not a function'))).toBeUndefined();
  expect(explainFailure('text')).toBeUndefined();
});

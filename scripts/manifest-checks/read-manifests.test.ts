import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { parseManifests, readManifests } from './read-manifests.ts';

const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';

test('a key that stands twice is refused, with its line', () => {
  expect(parseManifests(`${map}data:\n  a: b\n  a: c\n`, 'f.yaml')).toEqual({
    objects: [],
    findings: [
      {
        file: 'f.yaml',
        object: '',
        path: '',
        rule: 'yaml-duplicate-key',
        message: 'line 7: Map keys must be unique',
      },
    ],
  });
});

test('an error in one document leaves the others; empty documents are passed over', () => {
  const { objects, findings } = parseManifests(`---\n---\na: [\n---\n${map}---\n- 1\n`, 'f.yaml');
  expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap']);
  expect(findings.map(({ rule, message }) => `${rule} ${message.split(':')[0]}`)).toEqual([
    expect.stringMatching(/^yaml-syntax line \d$/),
    expect.stringMatching(/^no-object line \d$/),
  ]);
});

test('texts are read as kubectl reads them: on is true, a time stays a text', () => {
  const { objects } = parseManifests(`${map}data:\n  a: on\n  b: 2026-01-01\n`, 'f.yaml');
  expect(objects[0]?.['data']).toEqual({ a: true, b: '2026-01-01' });
});

function distWith(...files: readonly string[]): string {
  const folder = temporaryFolder('manifests');
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), map);
  }
  return folder;
}

test('the folder says the environment and the region; a file elsewhere is named', () => {
  const dist = distWith('production/us-east/a.yaml', 'production/hub/b.yaml', 'stray.yaml');
  const { manifests, findings } = readManifests(dist);
  expect(manifests.map(({ environment, region }) => `${environment}/${region}`)).toEqual([
    'production/hub',
    'production/us-east',
  ]);
  expect(findings).toMatchObject([{ file: `${dist}/stray.yaml`, rule: 'file-place' }]);
});

test('only some places are read; one that is not there, and an empty folder, are wrong usage', () => {
  const dist = distWith('production/us-east/a.yaml', 'dev/us-east/b.yaml');
  expect(readManifests(dist, ['dev']).files).toBe(1);
  expect(readManifests(dist, ['production/us-east/']).files).toBe(1);
  expect(() => readManifests(dist, ['production/us-eas'])).toThrow(
    new RangeError(`${dist}/production/us-eas: no manifests there`),
  );
  expect(() => readManifests(`${dist}/nowhere`)).toThrow(RangeError);
});
